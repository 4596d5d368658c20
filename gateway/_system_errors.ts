/** What the system's error codes say of who is to blame. */

/** This machine is out of something: neither end of a connection can help. */
const LOCAL_CODES: ReadonlySet<string> = new Set([
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
  "ENOMEM",
  "EADDRNOTAVAIL",
]);

/** A connection that went away between the kernel's accept and ours. */
const GONE_CODES: ReadonlySet<string> = new Set([
  "ECONNABORTED",
  "ECONNRESET",
  "EINTR",
  "EPROTO",
]);

/** What accept(2) tells of one client only, such as one behind a firewall. */
const CLIENT_CODES: ReadonlySet<string> = new Set([
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENONET",
  "ENOPROTOOPT",
  "EPERM",
]);

/** Whether an error is of this machine, such as too few descriptors. */
export function isLocalError(error: unknown): boolean {
  return hasCode(error, LOCAL_CODES);
}

/** Whether a client was gone before it was accepted. */
export function isGoneError(error: unknown): boolean {
  return hasCode(error, GONE_CODES);
}

/** Whether accepting failed because of one client. */
export function isClientError(error: unknown): boolean {
  return hasCode(error, CLIENT_CODES);
}

function hasCode(error: unknown, codes: ReadonlySet<string>): boolean {
  return error instanceof Error && "code" in error &&
    codes.has(String(error.code));
}
