/** Rules for requests whose content decides what repeating them can do. */

import {
  AlarmAction,
  type AlarmRequestInit,
  DowngradeAction,
  type DowngradeRequestInit,
  type RangeRequestInit,
  type RequestOpInit,
  type TxnRequestInit,
} from "./gen/messages.ts";
import type { Effect } from "./method.ts";

/** A transaction reads when no branch of it, at any depth, can write. */
export function effectOfTxn(request: TxnRequestInit): Effect {
  return changesNothing(request) ? "read" : "write";
}

/** A range that is not serializable is read after a majority was asked. */
export function rangeProvesQuorum({ serializable }: RangeRequestInit): boolean {
  return serializable !== true;
}

/**
 * One that writes takes a majority. One that reads does so unless it has only
 * serializable ranges, as etcd has it (`isTxnSerializable`): an empty one has.
 */
export function txnProvesQuorum(request: TxnRequestInit): boolean {
  return [request.success, request.failure].some((operations) =>
    operations?.some(({ requestRange, requestPut, requestDeleteRange }) =>
      requestPut || requestDeleteRange ||
      (requestRange && rangeProvesQuorum(requestRange))
    )
  );
}

/** A copy that clears an alarm late would clear one that was raised since. */
export function effectOfAlarm(request: AlarmRequestInit): Effect {
  const action = request.action ?? AlarmAction.GET;
  return action === AlarmAction.GET ? "read" : "write";
}

/** Only a validation leaves the cluster as it is. */
export function effectOfDowngrade(request: DowngradeRequestInit): Effect {
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
