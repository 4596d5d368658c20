/**
 * The rule of `maybeCommitted`: when it is set, how the message says so, and
 * what follows for `retryable`. All code that makes an error uses it.
 */

import { EtcdError, type EtcdErrorInit } from "./etcd_error.ts";

/** The effect of repeating a request. */
type Effect = "read" | "idempotent" | "write";

const TEXT = "; it may have been applied";

/**
 * Whether a request may have been applied by an attempt that may have reached
 * the store. A read changes nothing, so it is never in doubt.
 */
export function isInDoubt(
  effect: Effect,
  attempt: "never" | "maybe" = "maybe",
): boolean {
  return attempt === "maybe" && effect !== "read";
}

/** Whether a call may be made again, given that it may have been applied. */
export function mayBeRepeated(
  effect: Effect,
  maybeCommitted: boolean,
): boolean {
  return effect !== "write" || !maybeCommitted;
}

/** The end of the error's message. */
export function doubtText(maybeCommitted: boolean): string {
  return maybeCommitted ? TEXT : "";
}

/**
 * Marks an error: the call may have been applied, before the failure or by it.
 * Anything but an {@linkcode EtcdError} comes back as it is.
 */
export function inDoubt<T>(
  error: T,
  changes: Pick<EtcdErrorInit, "method" | "attempts" | "retryable"> = {},
): T {
  if (!(error instanceof EtcdError) || error.maybeCommitted) return error;
  const copy = new EtcdError(`${error.message}${TEXT}`, {
    code: error.code,
    cause: error,
  });
  // The copy is of the same class, with the fields that this adds.
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error));
  return Object.assign(copy, error, { maybeCommitted: true, ...changes });
}
