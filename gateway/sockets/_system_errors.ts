/** The system's error codes, by who is to blame. */

/** Codes that say this machine is out of something; no other end can help. */
const LOCAL_CODES: ReadonlySet<string> = new Set([
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
  "ENOMEM",
]);

/** Codes that say there is nothing left to dial from. */
const SOURCE_CODES: ReadonlySet<string> = new Set(["EADDRNOTAVAIL"]);

/**
 * Codes of a connection that went away between the kernel's accept and ours.
 * After a reset Deno gives `ENOTCONN`: it asks for the addresses of both ends.
 */
const GONE_CODES: ReadonlySet<string> = new Set([
  "ECONNABORTED",
  "ECONNRESET",
  "EINTR",
  "ENOTCONN",
  "EPROTO",
]);

/** Codes of accept(2) about the listener itself: it will not get better. */
const LISTENER_CODES: ReadonlySet<string> = new Set([
  "EBADF",
  "EFAULT",
  "EINVAL",
  "ENOTSOCK",
  "EOPNOTSUPP",
]);

/** Whether an error is of this machine, such as too few descriptors. */
export function isLocalError(error: unknown): boolean {
  return hasCode(error, LOCAL_CODES);
}

/**
 * Whether there is no port left, or no address of the right kind, to dial one
 * endpoint from: that says nothing about the others.
 */
export function isSourceError(error: unknown): boolean {
  return hasCode(error, SOURCE_CODES);
}

/** Whether a client was gone before it was accepted. */
export function isGoneError(error: unknown): boolean {
  return hasCode(error, GONE_CODES);
}

/**
 * Whether accepting failed because of the listener. An error without a code is
 * not the system's: the listener was closed, or is used wrongly.
 */
export function isListenerError(error: unknown): boolean {
  return !(error instanceof Error && "code" in error) ||
    error.code === undefined || hasCode(error, LISTENER_CODES);
}

function hasCode(error: unknown, codes: ReadonlySet<string>): boolean {
  return error instanceof Error && "code" in error &&
    codes.has(String(error.code));
}
