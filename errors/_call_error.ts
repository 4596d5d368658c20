import type { CallFailure, Classification } from "./classify.ts";
import { type ErrorCode, grpcCodeName } from "./codes.ts";
import { doubtText } from "./doubt.ts";
import type { Attempt, EtcdError, EtcdErrorInit } from "./etcd_error.ts";
import { createError, UnsupportedError } from "./specific_errors.ts";

/** A call that ends with an error, its last attempt included. */
export interface FailedCall {
  /** Completes "Cannot …". */
  readonly action: string;
  /** The method, such as `KV.Put`. */
  readonly method: string;
  /** The server version the method needs, when newer than 3.4. */
  readonly since: string | undefined;
  /** The endpoint the last attempt went to. */
  readonly endpoint: string;
  /** The number of attempts. */
  readonly attempt: number;
  /** The latest attempts, the last one included. */
  readonly attempts: readonly Attempt[];
  /** The time for the whole call in milliseconds. */
  readonly timeoutMs: number;
  /** Whether the call may have been applied. */
  readonly maybeCommitted: boolean;
  /** Whether the same call may be made again. */
  readonly retryable: boolean;
}

const HELP: ReadonlyMap<ErrorCode, string> = new Map([
  ["no_space", "compact, defragment each member, then disarm the alarm"],
  ["corrupt", "replace the members that differ, then disarm the alarm"],
]);

/** The error of a call whose last attempt ended with this failure. */
export function callError(
  what: Classification,
  failure: CallFailure,
  call: FailedCall,
): EtcdError {
  const message = `Cannot ${call.action}: ${stateText(what, failure, call)}${
    doubtText(call.maybeCommitted)
  }`;
  const init: EtcdErrorInit = {
    code: what.code,
    grpcCode: what.grpcCode,
    endpoint: call.endpoint,
    method: call.method,
    retryable: call.retryable,
    maybeCommitted: call.maybeCommitted,
    attempts: call.attempts,
  };
  if (what.code !== "unsupported") return createError(message, init);
  const needs = call.since === undefined
    ? "an etcd server"
    : `etcd ${call.since}`;
  return new UnsupportedError(`${message} (needs ${needs})`, {
    ...init,
    needs,
  });
}

function stateText(
  what: Classification,
  failure: CallFailure,
  call: FailedCall,
): string {
  const { endpoint } = call;
  if (failure.ownDeadline) return lateState(failure, call);
  if (what.code === "connection_lost") {
    const when = failure.reach === "unsent"
      ? "before it was sent"
      : "during the call";
    return `lost the connection to ${endpoint} ${when} (connection_lost): ${failure.details}`;
  }
  if (failure.httpStatus !== undefined && what.code === "request_too_large") {
    return `a proxy in front of ${endpoint} answered with HTTP status ${failure.httpStatus}: it passes on no request of this size (${what.code})`;
  }
  const name = what.fromEtcd ? what.code : grpcCodeName(what.grpcCode);
  const help = HELP.get(what.code);
  return `${failure.details || "no reason given"} (${name}, from ${endpoint})${
    help === undefined ? "" : `; to recover, ${help}`
  }`;
}

function lateState({ reach, details }: CallFailure, call: FailedCall): string {
  // The details of a request that was not sent say what it has waited for.
  const state = reach === "unsent"
    ? `${details}, and got none`
    : `no answer from ${call.endpoint}`;
  const before = call.attempts.at(-2);
  return `${state} within ${call.timeoutMs} ms (timeout)${
    before === undefined
      ? ""
      : `, the last of ${call.attempt} attempts, the one before ended at ${before.endpoint} (${before.code})`
  }`;
}
