import {
  type Dial,
  type Endpoint,
  parseEndpoint,
  SYSTEM_CLOCK,
} from "../../balancers/transport/mod.ts";
import type { ConnectionPool } from "../../balancers/pool/mod.ts";
import { ClientClosedError } from "../../errors/specific_errors.ts";
import { type Caller, type CallOptions, ClusterGuard } from "../call/mod.ts";
import { checkEncrypted } from "../checks/mod.ts";
import {
  EndpointKeeper,
  EndpointSync,
  resolveSeeds,
  type SeedOptions,
} from "../endpoints/mod.ts";
import type { ResolvedOptions } from "./_resolve_options.ts";

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
    options: ResolvedOptions & { readonly dial: Dial },
    pool: ConnectionPool,
    caller: Caller,
  ) {
    this.#pool = pool;
    this.#options = { ...options.secrecy, records: options.dns.records };
    this.#keeper = new EndpointKeeper(options, pool);
    this.#sync = new EndpointSync({
      keeper: this.#keeper,
      caller,
      pool,
      dns: options.dns,
      dial: options.dial,
      dialTimeoutMs: options.dialTimeoutMs,
      autoSyncIntervalMs: options.autoSyncIntervalMs,
      clock: SYSTEM_CLOCK,
      onEvent: options.onEvent,
    });
    this.guard = new ClusterGuard(this.#keeper, SYSTEM_CLOCK);
  }

  /** The pool is being used. */
  started(): void {
    this.#sync.start();
  }

  /** The connection to an endpoint has failed. */
  failing(): void {
    // Not now: the pool is amid a change.
    queueMicrotask(() => this.#sync.connectionFailed());
  }

  /** Takes what the user names instead of what was. */
  replace(endpoints: string | readonly string[]): void {
    if (this.#pool.closed) {
      throw new ClientClosedError(
        "Cannot set the endpoints: the client is closed",
        { code: "client_closed" },
      );
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

  /** Ends what is going on. */
  close(): void {
    this.#sync.close();
  }
}
