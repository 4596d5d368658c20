import type { Clock } from "../balancers/transport/mod.ts";
import {
  closeQuietly,
  isLocalError,
  isSourceError,
  LoopGuard,
  pause,
  type SharedTimers,
} from "./sockets/mod.ts";
import type { Connection } from "./network/mod.ts";
import type { Fleet, Upstream } from "./upstreams/mod.ts";
import { joinAddress } from "./names/mod.ts";
import { type Reading, startReading, Tunnel, Turns } from "./tunnel/mod.ts";
import type { GatewayEvent, RefusalReason } from "./view.ts";

/** Options of a forwarder. */
export interface ForwarderOptions {
  readonly fleet: Fleet;
  /** The port the gateway listens on. */
  readonly port: number;
  readonly clock: Clock;
  readonly timers: SharedTimers;
  onEvent(event: GatewayEvent): void;
}

/** From then on a connection that is gone without a word is looked for. */
const KEEP_MS = 1_000;
/** The number of times that all endpoints are tried for a client. */
const ROUNDS = 3;

/** A connection to a member and its endpoint, or why there is none. */
type Dialed =
  | { readonly upstream: Upstream; readonly member: Connection }
  | { readonly refused: RefusalReason };

/** Passes client connections on to endpoints. */
export class Forwarder {
  readonly #fleet: Fleet;
  readonly #port: number;
  readonly #clock: Clock;
  readonly #timers: SharedTimers;
  readonly #onEvent: ForwarderOptions["onEvent"];
  readonly #guard: LoopGuard<Upstream>;
  readonly #tunnels = new Set<Tunnel>();
  readonly #turns = new Turns();
  #closed = false;

  constructor(options: ForwarderOptions) {
    this.#fleet = options.fleet;
    this.#port = options.port;
    this.#guard = new LoopGuard(options.port);
    this.#clock = options.clock;
    this.#timers = options.timers;
    this.#onEvent = options.onEvent;
  }

  /**
   * Passes a client on. Resolves when its connection is closed: to `false` if
   * no endpoint took it. Never rejects.
   */
  async forward(client: Connection): Promise<boolean> {
    const first = this.#firstOf(client);
    const dialed = await this.#dialAny(client, first);
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
      await this.#tunnel(upstream, { client, member, first });
      return true;
    } finally {
      forget();
    }
  }

  /** Closes a client connection that is not passed on, and says why. */
  refuse(client: Connection, reason: RefusalReason): void {
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

  async #tunnel(upstream: Upstream, { client, member, first }: {
    readonly client: Connection;
    readonly member: Connection;
    readonly first: Reading | undefined;
  }): Promise<void> {
    const tunnel = new Tunnel({
      client,
      member,
      first,
      clock: this.#timers,
      turns: this.#turns,
      onBytesToMember: upstream.countToMember,
      onBytesToClient: upstream.countToClient,
    });
    this.#tunnels.add(tunnel);
    upstream.tunnels.add(tunnel);
    this.#fleet.circles.onTunnel(upstream);
    // Most that end soon end by themselves.
    const cancel = this.#timers.schedule(KEEP_MS, () => tunnel.lookAfter());
    await tunnel.closed;
    cancel();
    upstream.tunnels.delete(tunnel);
    this.#tunnels.delete(tunnel);
  }

  /** Reads what a client says first, where that may show a circle. */
  #firstOf(client: Connection): Reading | undefined {
    const { circles } = this.#fleet;
    if (!circles.isSuspicious) return undefined;
    const first = startReading(client);
    circles.onClient(first.size);
    return first;
  }

  /** Tries endpoint after endpoint: the client sees none of the failures. */
  async #dialAny(
    client: Connection,
    first: Reading | undefined,
  ): Promise<Dialed> {
    if (this.#fleet.all.some(({ target }) => target.port === this.#port)) {
      // A dial of our own is accepted before it is known to have succeeded.
      await pause(0, { clock: this.#clock });
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
        const member = await this.#fleet.connect(upstream, first?.size);
        return { upstream, member };
      } catch (error) {
        if (this.#closed) break;
        if (isLocalError(error)) return { refused: "local" };
        tried.add(upstream);
        if (isSourceError(error)) sourcesRanOut = true;
        else this.#onDialFailed(upstream, error as Error);
      }
    }
    return { refused: this.#closed ? "closing" : "no_endpoint" };
  }

  #onDialFailed(upstream: Upstream, error: Error): void {
    // Found to lead back to us meanwhile.
    if (upstream.state === "excluded") return;
    if (!this.#fleet.has(upstream)) {
      this.#onEvent({ type: "dial_given_up", endpoint: upstream.address });
      return;
    }
    upstream.dialFailed();
    this.#fleet.onDown(upstream, error);
  }

  #leadsBack(client: Connection): boolean {
    const origin = this.#guard.origin(client);
    if (origin === undefined) return false;
    this.#fleet.exclude(origin);
    return true;
  }
}
