import { SYSTEM_CLOCK } from "../balancers/_clock.ts";
import { makeDial } from "../balancers/_dial.ts";
import { ConnectionPool } from "../balancers/_pool.ts";
import type { BalancerSnapshot } from "../balancers/view.ts";
import { ClientClosedError } from "../errors/specific_errors.ts";
import { authenticate, AuthFacet } from "./auth.ts";
import type { Auth } from "./auth_types.ts";
import { ClientEndpoints } from "./_client_endpoints.ts";
import { TokenKeeper } from "./_token.ts";
import { BatchingCaller } from "./_batching_caller.ts";
import { RetryingCaller } from "./_retrying_caller.ts";
import { StreamOpener } from "./_stream.ts";
import type { CallOptions } from "./call_options.ts";
import { ElectionFacet } from "./election.ts";
import type { ElectionService } from "./election_types.ts";
import { Keyspace } from "./keyspace.ts";
import type { Key, KeyRange } from "./keys.ts";
import { type Batching, type Kv, KvFacet } from "./kv.ts";
import { LeaseFacet } from "./lease.ts";
import type { Leases } from "./lease_types.ts";
import { LockFacet } from "./lock.ts";
import type { LockService } from "./lock_types.ts";
import { type KeyspaceParts, NamespacedKeys } from "./namespace.ts";
import type { ClientOptions } from "./options.ts";
import { resolveOptions } from "./_resolve_options.ts";
import { WatchFacet } from "./watch.ts";
import type { Watch, WatchOptions } from "./watch_types.ts";

/**
 * A client of one etcd cluster.
 *
 * It connects when it is first used. Close it when it is no longer needed,
 * with {@linkcode Client.close} or `await using`.
 *
 * ```ts ignore
 * import { Client } from "@etcdeno/client";
 *
 * await using client = new Client({ endpoints: "http://127.0.0.1:2379" });
 * await client.put("greeting", "hello");
 * console.log((await client.get("greeting"))?.value.text());
 * ```
 */
export class Client extends Keyspace implements AsyncDisposable {
  /** Reading and writing keys. */
  readonly kv: Kv;
  /** Leases. */
  readonly lease: Leases;
  /** The server's lock service; see {@linkcode Session.lock} as well. */
  readonly lock: LockService;
  /** The server's elections; see {@linkcode Session.campaign} as well. */
  readonly election: ElectionService;
  /** Users, roles, and whether they matter. */
  readonly auth: Auth;
  readonly #pool: ConnectionPool;
  readonly #caller: RetryingCaller;
  readonly #watches: WatchFacet;
  readonly #leases: LeaseFacet;
  readonly #endpoints: ClientEndpoints;
  readonly #parts: KeyspaceParts;

  /**
   * Makes a client; nothing is sent yet.
   *
   * @throws {InvalidOptionError} If an option is not acceptable.
   */
  constructor(options: ClientOptions) {
    super();
    const resolved = resolveOptions(options);
    const { strategy, endpoints, dialTimeoutMs, keepAlive, tls } = resolved;
    this.#pool = new ConnectionPool({
      endpoints,
      strategy,
      dial: makeDial({ tls, keepAlive }),
      dialTimeoutMs,
      clock: SYSTEM_CLOCK,
      onEvent: resolved.onEvent,
      owner: {
        started: () => this.#endpoints.started(),
        failing: () => this.#endpoints.failing(),
      },
    });
    this.#endpoints = new ClientEndpoints(resolved, this.#pool, {
      unary: (...call) => this.#caller.unary(...call),
    });
    const { guard } = this.#endpoints;
    const { credentials } = resolved;
    const tokens = credentials && new TokenKeeper(credentials, {
      authenticate: (name, password) =>
        authenticate(this.#caller, name, password),
      now: SYSTEM_CLOCK.now,
    });
    this.#caller = new RetryingCaller({
      pool: this.#pool,
      policy: strategy.retry,
      timeoutMs: resolved.requestTimeoutMs,
      tokens,
      guard,
      random: SYSTEM_CLOCK.random,
    });
    const batching: Batching = (mode) =>
      new BatchingCaller(this.#caller, {
        mode,
        timeoutMs: resolved.requestTimeoutMs,
      });
    const kvCaller = resolved.batch === "off"
      ? this.#caller
      : batching(resolved.batch);
    this.kv = new KvFacet(kvCaller, batching);
    const opener = new StreamOpener(this.#pool, { tokens, guard });
    this.#watches = new WatchFacet(opener, SYSTEM_CLOCK, this.kv);
    this.#leases = new LeaseFacet(this.#caller, opener, {
      clock: SYSTEM_CLOCK,
      timeoutMs: resolved.requestTimeoutMs,
    });
    this.lease = this.#leases;
    this.lock = new LockFacet(this.#caller);
    this.election = new ElectionFacet(this.#caller, opener);
    this.auth = new AuthFacet(this.#caller);
    this.#parts = {
      caller: this.#caller,
      kvCaller,
      batching,
      opener,
      watches: this.#watches,
      leases: this.#leases,
    };
  }

  /** Same as {@linkcode Keyspace.watch}. */
  watch(keyOrRange: Key | KeyRange, options?: WatchOptions): Watch {
    return this.#watches.watch(keyOrRange, options);
  }

  /** Same as {@linkcode Keyspace.namespace}. */
  namespace(prefix: Key): Keyspace {
    return new NamespacedKeys(this.#parts, prefix);
  }

  /** What the balancer is doing now. */
  get balancer(): BalancerSnapshot {
    return this.#pool.snapshot();
  }

  /**
   * Waits until a call could be sent: to fail early, with the cause.
   *
   * @throws {UnavailableError} If no endpoint could be reached in time.
   */
  async connect(
    options: Omit<CallOptions, "requireLeader"> = {},
  ): Promise<void> {
    await this.#caller.ready(options);
  }

  /**
   * Replaces the endpoints. Those in both lists keep their connection, and
   * calls that run on one that is dropped end by themselves.
   *
   * @throws {InvalidOptionError} If the list is empty or one is malformed.
   * @throws {ClientClosedError} If the client is closed.
   */
  setEndpoints(endpoints: string | readonly string[]): void {
    this.#endpoints.replace(endpoints);
  }

  /**
   * Asks the cluster for its members, and uses the addresses of those that
   * vote and have started; resolves to them. If none of them can be reached
   * later on, the endpoints given are used as well until the next time.
   *
   * A client whose endpoints all are `https` does not use what members name
   * without TLS.
   *
   * @throws {EtcdError} If no member could tell.
   */
  syncEndpoints(options?: CallOptions): Promise<readonly string[]> {
    return this.#endpoints.synchronize(options);
  }

  /**
   * Closes every connection now. Pending calls fail with a
   * `ClientClosedError`. Idempotent; resolves when nothing is open any more.
   */
  close(): Promise<void> {
    this.#watches.close(
      new ClientClosedError("Cannot watch: the client is closed", {
        code: "client_closed",
      }),
    );
    this.#leases.close();
    this.#endpoints.close();
    return this.#pool.close();
  }

  /** Same as {@linkcode Client.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
