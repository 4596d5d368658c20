/**
 * The rule of `maybeCommitted`: when it is set, what the message says then,
 * and what follows for `retryable`. Whoever makes an error asks here.
 */

import { EtcdError, type EtcdErrorInit } from "./etcd_error.ts";

/** What repeating a request can do. */
type Effect = "read" | "idempotent" | "write";

const TEXT = "; it may have been applied";

/**
 * Whether a request may have been applied, after an attempt that may have
 * been: only one that changes something is applied at all.
 */
export function isInDoubt(
  effect: Effect,
  attempt: "never" | "maybe" = "maybe",
): boolean {
  return attempt === "maybe" && effect !== "read";
}

/** Whether it may be made again, as far as that is concerned. */
export function mayBeRepeated(
  effect: Effect,
  maybeCommitted: boolean,
): boolean {
  return effect !== "write" || !maybeCommitted;
}

/** What the message of its error ends with. */
export function doubtText(maybeCommitted: boolean): string {
  return maybeCommitted ? TEXT : "";
}

/**
 * The same failure, of something that may have been applied before it or by
 * it. Anything but an {@linkcode EtcdError} comes back as it is.
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
  // Of the same class, with whatever that adds.
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error));
  return Object.assign(copy, error, { maybeCommitted: true, ...changes });
}
