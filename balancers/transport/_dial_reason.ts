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

/** The steps that a dial has got through in its time. */
export interface LateDial extends Pick<FailedDial, "connected"> {
  /** The bytes that came, in words, if they are known. */
  readonly heard?: string | undefined;
}

/** Why a dial has taken too long, for people. */
export function timeoutReason(
  timeoutMs: number,
  { connected, heard }: LateDial,
): string {
  if (!connected) return `no connection within ${timeoutMs} ms`;
  const only = heard === undefined ? "" : `, only ${heard}`;
  return `connected, but got no HTTP/2 settings within ${timeoutMs} ms${only}, is it an etcd server?`;
}
