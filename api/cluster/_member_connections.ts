import { resolveBalancer } from "../../balancers/by_name.ts";
import type { Clock, Dial, Endpoint } from "../../balancers/transport/mod.ts";
import { ConnectionPool } from "../../balancers/pool/mod.ts";
import type { RetryPolicy } from "../../errors/retry_policy.ts";
import {
  type Caller,
  type Interception,
  type OwnHeaders,
  RetryingCaller,
  type TokenKeeper,
} from "../call/mod.ts";
import type { Observation } from "../telemetry/mod.ts";
import { type Opener, StreamOpener } from "../stream/mod.ts";

/** The parts of the client that its connections to single members share. */
export interface MemberSettings {
  /** Makes transports. */
  readonly dial: Dial;
  /** The time one dial may take, in milliseconds. */
  readonly dialTimeoutMs: number;
  /** The client's strategy's policy. */
  readonly policy: RetryPolicy;
  /** The timeout of calls that name none; `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** Gives the client's token; missing if the client is nobody. */
  readonly tokens: TokenKeeper | undefined;
  /** The headers that the user adds to all. */
  readonly ownHeaders?: OwnHeaders | undefined;
  /** Runs the user's interceptor, if there is one. */
  readonly interception?: Interception | undefined;
  /** Follows the calls and streams. */
  readonly observation: Observation;
  /** Times the calls and dials. */
  readonly clock: Clock;
}

/** A connection to one member, and what makes calls on it. */
export interface MemberConnection {
  /** Makes the calls. */
  readonly caller: Caller;
  /** Opens the streams. */
  readonly opener: Opener;
}

type Held = MemberConnection & { readonly pool: ConnectionPool };

/** The connections to single members: the strategy knows nothing of them. */
export class MemberConnections {
  readonly #settings: MemberSettings;
  readonly #held = new Map<string, Held>();
  readonly #closing = new Set<Promise<void>>();
  #ended = false;

  constructor(settings: MemberSettings) {
    this.#settings = settings;
  }

  /** The timeout of calls that name none. */
  get timeoutMs(): number {
    return this.#settings.timeoutMs;
  }

  /** Times what is done on them. */
  get clock(): Clock {
    return this.#settings.clock;
  }

  /** The connection to an endpoint. */
  to(address: Endpoint): MemberConnection {
    let held = this.#held.get(address.url);
    if (held === undefined) {
      held = this.#make(address);
      this.#held.set(address.url, held);
      // A call after the end fails as all calls of a closed client do.
      if (this.#ended) held.pool.close();
    }
    return held;
  }

  /** Closes the connection to an endpoint; the next call makes another. */
  async closeOne({ url }: Endpoint): Promise<void> {
    const closed = this.#held.get(url)?.pool.close();
    this.#held.delete(url);
    if (closed === undefined) return;
    this.#closing.add(closed);
    await closed;
    this.#closing.delete(closed);
  }

  /** Closes all connections for good. Idempotent. */
  async close(): Promise<void> {
    this.#ended = true;
    const held = [...this.#held.values()].map(({ pool }) => pool.close());
    await Promise.all([...held, ...this.#closing]);
  }

  #make(address: Endpoint): Held {
    const { dial, dialTimeoutMs, observation, clock } = this.#settings;
    const pool = new ConnectionPool({
      endpoints: [address],
      // With one endpoint there is nothing to choose.
      strategy: resolveBalancer("grpc1.23")({ dialTimeoutMs }),
      dial,
      dialTimeoutMs,
      clock,
      onEvent: undefined,
    });
    return {
      pool,
      caller: observation.observed(
        new RetryingCaller({ ...this.#settings, pool }),
      ),
      opener: observation.observedStreams(
        new StreamOpener(pool, this.#settings),
      ),
    };
  }
}
