import type { BalancerSnapshot } from "../../balancers/view.ts";
import type { Auth } from "../auth/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import { ClientCore } from "./_core.ts";
import type {
  ClusterMembership,
  Maintenance,
  MemberCalls,
} from "../cluster/mod.ts";
import type { ElectionService, LockService } from "../server_locks/mod.ts";
import {
  type Key,
  type KeyRange,
  type KeyValue,
  madeIn,
  type Value,
} from "../values/mod.ts";
import { Keyspace } from "../keyspace/mod.ts";
import type {
  ConditionalDeleteOptions,
  ConditionalDeleteResult,
  ConditionalPutOptions,
  ConditionalPutResult,
  DeleteOptions,
  DeleteResult,
  Kv,
  ListOptions,
  Operation,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  ReadOptions,
  Txn,
  TxnResult,
} from "../kv/mod.ts";
import type { Leases } from "../lease/mod.ts";
import type { ClientOptions } from "./options.ts";
import type { Session, SessionOptions } from "../session/mod.ts";
import type { ProgressOptions, Watch, WatchOptions } from "../watch/mod.ts";

/**
 * A client of one etcd cluster.
 *
 * It connects when it is first used. `await using` closes it.
 *
 * Every call throws an `EtcdError`, or the reason of its `signal`. Reads are
 * repeated, as the balancer strategy decides. Writes are sent at most once,
 * unless they were certainly not applied: `maybeCommitted` on the error says
 * whether one may have been.
 *
 * ```ts ignore
 * await using client = new Client({ endpoints: "http://127.0.0.1:2379" });
 * await client.put("greeting", "hello");
 * console.log((await client.get("greeting"))?.value.text());
 * ```
 */
export class Client extends Keyspace implements AsyncDisposable {
  /** All calls on keys; the most common ones are methods of the client, too. */
  readonly kv: Kv;
  /** Leases: keys that end with one, and keeping one alive. */
  readonly lease: Leases;
  /** The server's lock service; see {@linkcode Session.lock} as well. */
  readonly lock: LockService;
  /** The server's elections; see {@linkcode Session.campaign} as well. */
  readonly election: ElectionService;
  /** Users, roles, and turning auth on or off. */
  readonly auth: Auth;
  /** The members of the cluster. */
  readonly cluster: ClusterMembership;
  /** Alarms and snapshots. */
  readonly maintenance: Maintenance;
  readonly #core: ClientCore;

  /**
   * Makes a client; nothing is sent yet.
   *
   * @throws {InvalidOptionError} If an option is not acceptable.
   */
  constructor(options: ClientOptions) {
    super();
    madeIn(this);
    const core = this.#core = new ClientCore(options);
    this.kv = core.kv;
    this.lease = core.leases;
    this.lock = core.lock;
    this.election = core.election;
    this.auth = core.auth;
    this.cluster = core.cluster;
    this.maintenance = core.maintenance;
  }

  /**
   * Reads one key; resolves to `undefined` if there is none. A read sees every
   * write that was answered before it began, unless it is `serializable`.
   *
   * @throws {CompactedError} If the `revision` is gone.
   */
  override get(
    key: Key,
    options?: ReadOptions & CallOptions,
  ): Promise<KeyValue | undefined> {
    return super.get(key, options);
  }

  /**
   * Reads a range in one request, as {@linkcode Client.get} does one key. Server
   * and client hold it in memory whole: see {@linkcode Client.list} for more.
   */
  override range(
    range: Key | KeyRange,
    options?: RangeOptions & CallOptions,
  ): Promise<RangeResult> {
    return super.range(range, options);
  }

  /**
   * Reads a range of any size in pages, all at one revision: that of the first
   * page, or the one given. `timeoutMs` is the time for each page. Example:
   * `for await (const { key, value } of client.list(prefix("jobs/"))) …`
   *
   * @throws {CompactedError} If the revision is gone by the time of a page.
   */
  override list(
    range: Key | KeyRange,
    options?: ListOptions & CallOptions,
  ): AsyncIterableIterator<KeyValue> {
    return super.list(range, options);
  }

  /** Writes one key if it is as expected, see {@linkcode Kv.put}. */
  override put(
    key: Key,
    value: Value,
    options: ConditionalPutOptions & CallOptions,
  ): Promise<ConditionalPutResult>;
  /**
   * Writes one key. It is sent at most once, unless it was certainly not applied.
   *
   * @throws {LeaseNotFoundError} If the `lease` does not exist.
   * @throws {NoSpaceError} If the database is full.
   */
  override put(
    key: Key,
    value: Value,
    options?: PutOptions & CallOptions,
  ): Promise<PutResult>;
  override put(
    key: Key,
    value: Value,
    options?: PutOptions & CallOptions,
  ): Promise<PutResult | ConditionalPutResult> {
    return super.put(key, value, options);
  }

  /** Deletes one key if it is as expected, see {@linkcode Kv.delete}. */
  override delete(
    key: Key,
    options: ConditionalDeleteOptions & CallOptions,
  ): Promise<ConditionalDeleteResult>;
  /**
   * Deletes a key, or every key of a range, with the guarantees of a put;
   * `deleted` is how many there were.
   */
  override delete(
    range: Key | KeyRange,
    options?: DeleteOptions & CallOptions,
  ): Promise<DeleteResult>;
  override delete(
    range: Key | KeyRange,
    options?: DeleteOptions & CallOptions,
  ): Promise<DeleteResult | ConditionalDeleteResult> {
    return super.delete(range, options);
  }

  /**
   * Runs a transaction: `then` if all conditions hold, otherwise `else`; all of
   * it or nothing. One that only reads is repeated like a read. One that writes
   * is sent at most once, unless it was certainly not applied. {@linkcode Kv.txn}
   * has an example.
   *
   * @throws {NoSpaceError} If the database is full and a branch has a put.
   */
  override txn<
    const Then extends readonly Operation[] = [],
    const Else extends readonly Operation[] = [],
  >(
    txn: Txn<Then, Else>,
    options?: CallOptions,
  ): Promise<TxnResult<Then, Else>> {
    return super.txn(txn, options);
  }

  /**
   * Watches a key or a range. Every event is delivered once and in order, across
   * reconnects. It has no time limit; see {@linkcode Watch} for how it may end.
   */
  watch(keyOrRange: Key | KeyRange, options?: WatchOptions): Watch {
    return this.#core.watches.watch(keyOrRange, options);
  }

  /**
   * Asks each stream of watches once how far it is. Resolves to the revision up
   * to which all watches, those of namespaces included, have received events;
   * `undefined` without a watch. {@linkcode Watch.requestProgress} says more.
   */
  requestProgress(options?: ProgressOptions): Promise<bigint | undefined> {
    return this.#core.watches.requestProgress(options);
  }

  /**
   * Opens a session: a lease that is kept alive, and the locks and leaderships
   * that end with it, see {@linkcode Keyspace.session}.
   *
   * @throws {NoSpaceError} If the database is full.
   */
  override session(options?: SessionOptions): Promise<Session> {
    return super.session(options);
  }

  /** Gives the keys below a prefix, see {@linkcode Keyspace.namespace}. */
  namespace(prefix: Key): Keyspace {
    return this.#core.namespace(prefix);
  }

  /**
   * Calls to one member, which need not be among the endpoints, over a
   * connection of their own; see {@linkcode MemberCalls}.
   *
   * @throws {InvalidOptionError} If the endpoint is malformed, or would get a
   * password or token in plain text although TLS is set up.
   */
  member(endpoint: string): MemberCalls {
    return this.#core.member(endpoint);
  }

  /** A snapshot of the balancer: endpoints, their states, its choice. */
  get balancer(): BalancerSnapshot {
    return this.#core.parts.pool.snapshot();
  }

  /**
   * Waits until a call could be sent, to fail early, with the cause. No call is
   * sent: {@linkcode Auth.authenticate} checks user and password.
   *
   * @throws {UnavailableError} If no endpoint could be reached in time.
   */
  connect(options: Omit<CallOptions, "requireLeader"> = {}): Promise<void> {
    return this.#core.connect(options);
  }

  /**
   * Replaces the endpoints. Endpoints in both lists keep their connection. Calls
   * and snapshots that run on a dropped one end there by themselves. Watches,
   * leases and observers leave it as soon as another one is connected.
   *
   * @throws {InvalidOptionError} If the list is empty or one is malformed, or
   * would get a password or token in plain text although TLS is set up.
   */
  setEndpoints(endpoints: string | readonly string[]): void {
    this.#core.setEndpoints(endpoints);
  }

  /**
   * Asks the cluster for its members and uses the addresses of the voters that
   * have started; resolves to them. Addresses without TLS are left out if all
   * endpoints are `https`, or if there is an `auth` and TLS is set up. If no
   * member can be reached later on, the endpoints given are used as well.
   *
   * @throws {UnavailableError} If none can be reached, as behind a proxy. The
   * error names each, and the endpoints in use stay.
   * @throws {EtcdError} If no member could answer.
   */
  syncEndpoints(options?: CallOptions): Promise<readonly string[]> {
    return this.#core.syncEndpoints(options);
  }

  /**
   * Closes every connection now, resolves when all are gone, and is idempotent.
   * Calls fail with a `ClientClosedError` from then on.
   */
  close(): Promise<void> {
    return this.#core.close();
  }

  /** Closes the client, as {@linkcode Client.close} does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
