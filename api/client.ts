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
import { observe } from "./_observation.ts";
import { RetryingCaller } from "./_retrying_caller.ts";
import { StreamOpener } from "./_stream.ts";
import type { CallOptions } from "./call_options.ts";
import type { KeyValue } from "./key_value.ts";
import type { Key, KeyRange, Value } from "./keys.ts";
import { type Batching, type Kv, KvFacet } from "./kv.ts";
import type {
  DeleteOptions,
  DeleteResult,
  ListOptions,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  ReadOptions,
} from "./kv_types.ts";
import { LeaseFacet } from "./lease.ts";
import type { Leases } from "./lease_types.ts";
import type { ClientOptions } from "./options.ts";
import { resolveOptions } from "./_resolve_options.ts";
import type { Operation, Txn, TxnResult } from "./txn_types.ts";
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
export class Client implements AsyncDisposable {
  /** Reading and writing keys. */
  readonly kv: Kv;
  /** Leases. */
  readonly lease: Leases;
  /** Users, roles, and whether they matter. */
  readonly auth: Auth;
  readonly #pool: ConnectionPool;
  readonly #caller: RetryingCaller;
  readonly #watches: WatchFacet;
  readonly #leases: LeaseFacet;
  readonly #endpoints: ClientEndpoints;

  /**
   * Makes a client; nothing is sent yet.
   *
   * @throws {InvalidOptionError} If an option is not acceptable.
   */
  constructor(options: ClientOptions) {
    const resolved = resolveOptions(options);
    const { strategy, endpoints, dialTimeoutMs, keepAlive, tls } = resolved;
    const { onEvent, observed } = observe(resolved.onEvent);
    this.#pool = new ConnectionPool({
      endpoints,
      strategy,
      dial: makeDial({ tls, keepAlive }),
      dialTimeoutMs,
      clock: SYSTEM_CLOCK,
      onEvent,
      owner: {
        started: () => this.#endpoints.started(),
        failing: () => this.#endpoints.failing(),
      },
    });
    this.#endpoints = new ClientEndpoints(
      { ...resolved, onEvent },
      this.#pool,
      { unary: (...call) => caller.unary(...call) },
    );
    const { guard } = this.#endpoints;
    const { credentials } = resolved;
    const tokens = credentials && new TokenKeeper(credentials, {
      authenticate: (name, password) => authenticate(caller, name, password),
      onEvent,
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
    const caller = observed(this.#caller);
    const batching: Batching = (mode) =>
      new BatchingCaller(caller, {
        mode,
        timeoutMs: resolved.requestTimeoutMs,
      });
    this.kv = new KvFacet(
      resolved.batch === "off" ? caller : batching(resolved.batch),
      batching,
    );
    const opener = new StreamOpener(this.#pool, { tokens, guard });
    this.#watches = new WatchFacet(opener, this.kv, {
      clock: SYSTEM_CLOCK,
      onEvent,
    });
    this.#leases = new LeaseFacet(caller, opener, {
      onEvent,
      clock: SYSTEM_CLOCK,
      timeoutMs: resolved.requestTimeoutMs,
    });
    this.lease = this.#leases;
    this.auth = new AuthFacet(caller);
  }

  /**
   * Starts a watch on a key or a range. It has no time limit, and goes on
   * across reconnects without a gap or a repetition, see {@linkcode Watch}.
   *
   * @throws {InvalidOptionError} If an option is not acceptable.
   */
  watch(keyOrRange: Key | KeyRange, options?: WatchOptions): Watch {
    return this.#watches.watch(keyOrRange, options);
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

  /** Same as {@linkcode Kv.get}. */
  get(
    key: Key,
    options?: ReadOptions & CallOptions,
  ): Promise<KeyValue | undefined> {
    return this.kv.get(key, options);
  }

  /** Same as {@linkcode Kv.range}. */
  range(
    range: Key | KeyRange,
    options?: RangeOptions & CallOptions,
  ): Promise<RangeResult> {
    return this.kv.range(range, options);
  }

  /** Same as {@linkcode Kv.list}. */
  list(
    range: Key | KeyRange,
    options?: ListOptions & CallOptions,
  ): AsyncIterableIterator<KeyValue> {
    return this.kv.list(range, options);
  }

  /** Same as {@linkcode Kv.put}. */
  put(
    key: Key,
    value: Value,
    options?: PutOptions & CallOptions,
  ): Promise<PutResult> {
    return this.kv.put(key, value, options);
  }

  /** Same as {@linkcode Kv.delete}. */
  delete(
    range: Key | KeyRange,
    options?: DeleteOptions & CallOptions,
  ): Promise<DeleteResult> {
    return this.kv.delete(range, options);
  }

  /** Same as {@linkcode Kv.txn}. */
  txn<
    const Then extends readonly Operation[] = [],
    const Else extends readonly Operation[] = [],
  >(
    txn: Txn<Then, Else>,
    options?: CallOptions,
  ): Promise<TxnResult<Then, Else>> {
    return this.kv.txn(txn, options);
  }
}
