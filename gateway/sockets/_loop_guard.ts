import type { Address, Connection } from "../network/mod.ts";

/**
 * Knows a client that is the gateway itself: its connection is one of the
 * gateway's own, seen from the other end. That holds for every name and
 * interface of this machine, also after a change in DNS.
 */
export class LoopGuard<Upstream> {
  readonly #port: number;
  // By both ends: a port may serve many connections that differ in the other.
  readonly #dialed = new Map<string, Upstream>();

  /** `port` is the one the gateway listens on. */
  constructor(port: number) {
    this.#port = port;
  }

  /** Remembers a connection of ours; gives what forgets it. */
  remember(connection: Connection, upstream: Upstream): () => void {
    const { localAddr, remoteAddr } = connection;
    // Nearly all go to a port that cannot be ours.
    if (remoteAddr.port !== this.#port) return () => {};
    const key = idOfPair(localAddr, remoteAddr);
    this.#dialed.set(key, upstream);
    return () => this.#dialed.delete(key);
  }

  /** The endpoint that led back to us, if this client is ourselves. */
  origin(client: Connection): Upstream | undefined {
    if (this.#dialed.size === 0) return undefined;
    return this.#dialed.get(idOfPair(client.remoteAddr, client.localAddr));
  }
}

function idOfPair(from: Address, to: Address): string {
  return [from, to].map(({ hostname, port }) =>
    `${hostname.replace(/^::ffff:/i, "")} ${port}`
  ).join(" to ");
}
