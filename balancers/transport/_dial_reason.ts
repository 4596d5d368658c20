/** The steps that a failed dial has got through. */
export interface FailedDial {
  /** Whether a TCP connection was made. */
  readonly connected: boolean;
  /** Whether TLS was to be set up on it. */
  readonly secure: boolean;
}

/** Why a dial has failed, for people; `reason` is what grpc-js says. */
export function dialReason(
  reason: string,
  { connected, secure }: FailedDial,
): string {
  const text = reason.replace(/^Error: /, "")
    .replace(/ \(\d{4}-\d\d-\d\dT[^)]*\)$/, "");
  if (!connected) return text;
  const question = secure
    ? "is it an etcd server?"
    : "is it an etcd server? Or an https endpoint?";
  return `connected, but the handshake failed, ${question} (${text})`;
}

/** Why a dial has taken too long, for people. */
export function timeoutReason(
  timeoutMs: number,
  { connected }: Pick<FailedDial, "connected">,
): string {
  return connected
    ? `connected, but got no HTTP/2 settings within ${timeoutMs} ms, is it an etcd server?`
    : `no connection within ${timeoutMs} ms`;
}
