import {
  type Clock,
  type Dial,
  type Endpoint,
  parseEndpoint,
} from "../../balancers/transport/mod.ts";
import type { ConnectionPool } from "../../balancers/pool/mod.ts";
import { clientClosedError } from "../../errors/client_closed.ts";
import { type Caller, type CallOptions, ClusterGuard } from "../call/mod.ts";
import { checkEncrypted } from "../tls/mod.ts";
import {
  EndpointKeeper,
  EndpointSync,
  resolveSeeds,
  type SeedOptions,
} from "../endpoints/mod.ts";
import type { ResolvedOptions } from "./_resolve_options.ts";

/** The options of a client, and what its endpoints are kept up to date with. */
export interface EndpointsOptions extends ResolvedOptions {
  /** Makes transports, to see whether members can be reached. */
  readonly dial: Dial;
  /** Asks for the members. */
  readonly caller: Caller;
  /** Times the look-ups. */
  readonly clock: Clock;
}

/** A client's endpoints: where they come from, and which are not used. */
export class ClientEndpoints {
  /** Looks at each reply. */
  readonly guard: ClusterGuard;
  readonly #keeper: EndpointKeeper;
  readonly #sync: EndpointSync;
  readonly #pool: ConnectionPool;
  readonly #options: SeedOptions;

  /** `pool` has the endpoints the user has named already. */
  constructor(
    options: EndpointsOptions,
    pool: ConnectionPool,
  ) {
    this.#pool = pool;
    this.#options = { ...options.secrecy, records: options.dns.records };
    this.#keeper = new EndpointKeeper(options, pool);
    const keeper = this.#keeper;
    this.#sync = new EndpointSync({ ...options, keeper, pool });
    this.guard = new ClusterGuard(keeper, options.clock);
  }

  /** Begins to look up the endpoints, as the client is being used. */
  started(): void {
    this.#sync.start();
  }

  /** Takes note that the connection to an endpoint has failed. */
  failing(): void {
    // Not now: the pool is amid a change.
    queueMicrotask(() => this.#sync.connectionFailed());
  }

  /** Takes the endpoints that the user names now instead of those before. */
  replace(endpoints: string | readonly string[]): void {
    if (this.#pool.closed) {
      throw clientClosedError({ action: "set the endpoints" });
    }
    const seeds = resolveSeeds(endpoints, this.#options);
    if (this.#keeper.replaceSeeds(seeds) === "all new") this.guard.forget();
    this.#sync.seedsChanged();
  }

  /**
   * Takes apart the endpoint of one member, which need not be in use.
   *
   * @throws {InvalidOptionError} If it is malformed, or would get a password
   * in plain text.
   */
  ofMember(text: string): Endpoint {
    const endpoint = parseEndpoint(text, this.#options);
    const encrypted = this.#keeper.endpoints.filter(({ secure }) => secure);
    checkEncrypted([...encrypted, endpoint], this.#options);
    return endpoint;
  }

  /** Asks the cluster for its members. */
  synchronize(options?: CallOptions): Promise<readonly string[]> {
    return this.#sync.sync(options);
  }

  /** Ends the look-ups. */
  close(): void {
    this.#sync.close();
  }
}
