/** Rules for requests whose content decides what repeating them can do. */

import {
  AlarmAction,
  type AlarmRequestInit,
  DowngradeAction,
  type DowngradeRequestInit,
  type LeaseGrantRequestInit,
  type RequestOpInit,
  type TxnRequestInit,
} from "./gen/messages.ts";
import type { Effect } from "./method.ts";

/** A transaction reads when no branch of it, at any depth, can write. */
export function ofTxn(request: TxnRequestInit): Effect {
  return changesNothing(request) ? "read" : "write";
}

/** With an id a second grant is refused; without, it makes a second lease. */
export function ofLeaseGrant(request: LeaseGrantRequestInit): Effect {
  const id = request.ID;
  const chosen = id !== undefined && (id.low !== 0 || id.high !== 0);
  return chosen ? "idempotent" : "write";
}

/** Raising or clearing an alarm twice is the same as once. */
export function ofAlarm(request: AlarmRequestInit): Effect {
  return (request.action ?? AlarmAction.GET) === AlarmAction.GET
    ? "read"
    : "idempotent";
}

/** Only a validation leaves the cluster as it is. */
export function ofDowngrade(request: DowngradeRequestInit): Effect {
  const action = request.action ?? DowngradeAction.VALIDATE;
  return action === DowngradeAction.VALIDATE ? "read" : "write";
}

function changesNothing(request: TxnRequestInit): boolean {
  return onlyReads(request.success) && onlyReads(request.failure);
}

function onlyReads(operations: readonly RequestOpInit[] | undefined): boolean {
  if (operations === undefined) return true;
  for (const { requestPut, requestDeleteRange, requestTxn } of operations) {
    if (requestPut || requestDeleteRange) return false;
    if (requestTxn && !changesNothing(requestTxn)) return false;
  }
  return true;
}
