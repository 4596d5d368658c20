import { Gateway, type GatewayOptions } from "../../../../gateway/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { type Serve, TcpPeer } from "../../support/_tcp_peer.ts";

/** Bytes nobody can guess, so that a wrong order shows. */
export function randomBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}

/** A digest, as comparing megabytes by assertEquals takes seconds. */
export async function digest(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes as BufferSource);
  return `${bytes.length} ${new Uint8Array(hash).toHex()}`;
}

/** The ways in which a gateway opens connections. */
export const NETWORKS: readonly Pick<GatewayOptions, "passResets">[] = [
  {},
  { passResets: true },
];

/** Acts through a gateway; in the end nothing may be left open. */
export async function through(
  serve: Serve,
  act: (gateway: Gateway, peer: TcpPeer) => Promise<void>,
  options: Pick<GatewayOptions, "passResets"> = {},
): Promise<void> {
  await using peer = new TcpPeer(serve);
  await using gateway = await Gateway.start({
    listen: "127.0.0.1:0",
    endpoints: peer.address,
    ...options,
  });
  await act(gateway, peer);
  await waitFor(
    "the gateway without clients",
    () => gateway.snapshot().open === 0,
  );
  await waitFor("the member without clients", () => peer.open === 0);
}
