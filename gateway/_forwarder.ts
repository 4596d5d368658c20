import type { Clock } from "../balancers/transport/mod.ts";
import {
  closeQuietly,
  isLocalError,
  isSourceError,
  LoopGuard,
} from "./sockets/mod.ts";
import type { Fleet, Upstream } from "./upstreams/mod.ts";
import { joinAddress } from "./names/mod.ts";
import { Tunnel } from "./tunnel/mod.ts";
import type { GatewayEvent, RefusalReason } from "./view.ts";

/** Options of a forwarder. */
export interface ForwarderOptions {
  readonly fleet: Fleet;
  /** The port the gateway listens on. */
  readonly port: number;
  readonly clock: Clock;
  onEvent(event: GatewayEvent): void;
}

/** The number of times that all endpoints are tried for a client. */
const ROUNDS = 3;

/** A connection to a member and its endpoint, or why there is none. */
type Dialed =
  | { readonly upstream: Upstream; readonly member: Deno.TcpConn }
  | { readonly refused: RefusalReason };

/** Passes client connections on to endpoints. */
export class Forwarder {
  readonly #fleet: Fleet;
  readonly #port: number;
  readonly #clock: Clock;
  readonly #onEvent: ForwarderOptions["onEvent"];
  readonly #guard = new LoopGuard<Upstream>();
  readonly #tunnels = new Set<Tunnel>();
  #closed = false;

  constructor(options: ForwarderOptions) {
    this.#fleet = options.fleet;
    this.#port = options.port;
    this.#clock = options.clock;
    this.#onEvent = options.onEvent;
  }

  /**
   * Passes a client on. Resolves when its connection is closed: to `false` if
   * no endpoint took it. Never rejects.
   */
  async forward(client: Deno.TcpConn): Promise<boolean> {
    const dialed = await this.#dialAny(client);
    if ("refused" in dialed) {
      this.refuse(client, dialed.refused);
      return false;
    }
    const { upstream, member } = dialed;
    const forget = this.#guard.remember(member, upstream);
    try {
      // A client that was our own dial, answered at once, is known only now.
      if (this.#closed || this.#leadsBack(client)) {
        closeQuietly(member);
        this.refuse(client, this.#closed ? "closing" : "loop");
        return false;
      }
      await this.#tunnel(client, member, upstream);
      return true;
    } finally {
      forget();
    }
  }

  /** Closes a client connection that is not passed on, and says why. */
  refuse(client: Deno.TcpConn, reason: RefusalReason): void {
    const { hostname, port } = client.remoteAddr;
    closeQuietly(client);
    const name = joinAddress(hostname, port);
    this.#onEvent({ type: "refused", client: name, reason });
  }

  /** Closes every connection that is passed on. */
  close(): void {
    this.#closed = true;
    for (const tunnel of this.#tunnels) tunnel.close();
  }

  async #tunnel(
    client: Deno.TcpConn,
    member: Deno.TcpConn,
    upstream: Upstream,
  ): Promise<void> {
    const tunnel = new Tunnel({
      client,
      member,
      clock: this.#clock,
      onBytesToMember: upstream.countToMember,
      onBytesToClient: upstream.countToClient,
    });
    this.#tunnels.add(tunnel);
    upstream.tunnels.add(tunnel);
    await tunnel.closed;
    upstream.tunnels.delete(tunnel);
    this.#tunnels.delete(tunnel);
  }

  /** Tries endpoint after endpoint: the client sees none of the failures. */
  async #dialAny(client: Deno.TcpConn): Promise<Dialed> {
    if (this.#fleet.all.some(({ target }) => target.port === this.#port)) {
      // A dial of our own is accepted before it is known to have succeeded.
      await new Promise<void>((resolve) => this.#clock.hold(0, resolve));
    }
    if (this.#leadsBack(client)) return { refused: "loop" };
    const tried = new Set<Upstream>();
    let sourcesRanOut = false;
    for (let round = 1; round <= ROUNDS && !this.#closed;) {
      const upstream = this.#fleet.next(tried);
      if (upstream === undefined) {
        if (sourcesRanOut) return { refused: "local" };
        if (!await this.#fleet.anyActive()) break;
        tried.clear();
        round++;
        continue;
      }
      try {
        return { upstream, member: await this.#fleet.connect(upstream) };
      } catch (error) {
        if (this.#closed) break;
        if (isLocalError(error)) return { refused: "local" };
        tried.add(upstream);
        if (isSourceError(error)) {
          sourcesRanOut = true;
          continue;
        }
        if (!this.#fleet.has(upstream)) {
          this.#onEvent({ type: "dial_given_up", endpoint: upstream.address });
          continue;
        }
        upstream.dialFailed();
        this.#fleet.onDown(upstream, error as Error);
      }
    }
    return { refused: this.#closed ? "closing" : "no_endpoint" };
  }

  #leadsBack(client: Deno.TcpConn): boolean {
    const origin = this.#guard.origin(client);
    if (origin === undefined) return false;
    origin.exclude(new Error("it leads back to this gateway"));
    this.#onEvent({ type: "excluded", endpoint: origin.address });
    return true;
  }
}
