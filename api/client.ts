import { SYSTEM_CLOCK } from "../balancers/_clock.ts";
import type { BalancerSnapshot } from "../balancers/view.ts";
import { ClientClosedError } from "../errors/specific_errors.ts";
import { AuthFacet } from "./auth.ts";
import { checkName } from "./_checks.ts";
import type { Auth } from "./auth_types.ts";
import type { CallOptions } from "./call_options.ts";
import { type ClientParts, makeParts } from "./_client_parts.ts";
import { ClusterFacet } from "./cluster.ts";
import type { ClusterMembership } from "./cluster_types.ts";
import { ElectionFacet } from "./election.ts";
import type { ElectionService } from "./election_types.ts";
import { Keyspace } from "./keyspace.ts";
import type { Key, KeyRange } from "./keys.ts";
import { type Kv, KvFacet } from "./kv.ts";
import { LeaseFacet } from "./lease.ts";
import type { Leases } from "./lease_types.ts";
import { LockFacet } from "./lock.ts";
import type { LockService } from "./lock_types.ts";
import { MaintenanceFacet } from "./maintenance.ts";
import type { Maintenance, MemberCalls } from "./maintenance_types.ts";
import { MemberFacet } from "./member.ts";
import { NamespacedKeys } from "./namespace.ts";
import { rangeStreams } from "./_range_stream.ts";
import { CALL_OPTIONS, SIGNAL, TIMEOUT_MS } from "./_option_kinds.ts";
import type { ClientOptions } from "./options.ts";
import { resolveOptions } from "./_resolve_options.ts";
import { Signature } from "./_signature.ts";
import { WatchFacet } from "./watch.ts";
import type { Watch, WatchOptions } from "./watch_types.ts";

const MEMBER = new Signature("member", {});
const CONNECT = new Signature("connect", {
  signal: SIGNAL,
  timeoutMs: TIMEOUT_MS,
});
const SET_ENDPOINTS = new Signature("setEndpoints", {});
const SYNC_ENDPOINTS = new Signature("syncEndpoints", CALL_OPTIONS);

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
  /** Who belongs to the cluster. */
  readonly cluster: ClusterMembership;
  /** Looking after the cluster as a whole. */
  readonly maintenance: Maintenance;
  readonly #parts: ClientParts;
  readonly #watches: WatchFacet;
  readonly #leases: LeaseFacet;
  #closing: Promise<void> | undefined;

  /**
   * Makes a client; nothing is sent yet.
   *
   * @throws {InvalidOptionError} If an option is not acceptable.
   */
  constructor(options: ClientOptions) {
    super();
    const parts = makeParts(resolveOptions(options));
    const { caller, opener, kvCaller, batching, timeoutMs, onEvent } = parts;
    this.#parts = parts;
    this.kv = new KvFacet(kvCaller, {
      batching,
      listRest: rangeStreams(opener, timeoutMs),
    });
    this.#watches = new WatchFacet(opener, this.kv, {
      clock: SYSTEM_CLOCK,
      onEvent,
    });
    this.#leases = new LeaseFacet(caller, opener, {
      onEvent,
      clock: SYSTEM_CLOCK,
      timeoutMs,
    });
    this.lease = this.#leases;
    this.lock = new LockFacet(caller);
    this.election = new ElectionFacet(caller, opener);
    this.auth = new AuthFacet(caller);
    this.cluster = new ClusterFacet(caller);
    this.maintenance = new MaintenanceFacet(caller, opener, timeoutMs);
  }

  /** Same as {@linkcode Keyspace.watch}. */
  watch(keyOrRange: Key | KeyRange, options?: WatchOptions): Watch {
    return this.#watches.watch(keyOrRange, options);
  }

  /** Same as {@linkcode Keyspace.namespace}. */
  namespace(prefix: Key): Keyspace {
    const watches = this.#watches;
    const leases = this.#leases;
    return new NamespacedKeys({ ...this.#parts, watches, leases }, prefix);
  }

  /**
   * Calls to one member, which need not be among the endpoints, over a
   * connection of their own; see {@linkcode MemberCalls}.
   *
   * @throws {InvalidOptionError} If the endpoint is malformed, or would get a
   * password or token in plain text although TLS is set up.
   */
  member(endpoint: string): MemberCalls {
    const { members, endpoints } = this.#parts;
    const address = MEMBER.take(
      undefined,
      () => endpoints.ofMember(checkName("endpoint", endpoint)),
    );
    return new MemberFacet(address, members);
  }

  /** What the balancer is doing now. */
  get balancer(): BalancerSnapshot {
    return this.#parts.pool.snapshot();
  }

  /**
   * Waits until a call could be sent: to fail early, with the cause. It sends
   * none, and so tells nothing about user and password.
   *
   * @throws {UnavailableError} If no endpoint could be reached in time.
   * @throws {ClientClosedError} If the client is closed.
   */
  async connect(
    options: Omit<CallOptions, "requireLeader"> = {},
  ): Promise<void> {
    CONNECT.check(options);
    await this.#parts.retrying.ready(options);
  }

  /**
   * Replaces the endpoints. Those in both lists keep their connection. Calls
   * and snapshots that run on one that is dropped end there by themselves;
   * watches, leases and observers leave it as soon as another one is connected.
   *
   * @throws {InvalidOptionError} If the list is empty or one is malformed, or
   * would get a password or token in plain text although TLS is set up.
   * @throws {ClientClosedError} If the client is closed.
   */
  setEndpoints(endpoints: string | readonly string[]): void {
    SET_ENDPOINTS.take(
      undefined,
      () => this.#parts.endpoints.replace(endpoints),
    );
  }

  /**
   * Asks the cluster for its members, and uses the addresses of those that
   * vote and have started; resolves to them. If none of them can be reached
   * later on, the endpoints given are used as well until the next time.
   *
   * A client whose endpoints all are `https` does not use what members name
   * without TLS, nor does one with `auth` that has TLS set up.
   *
   * Endpoints that work stay if none of what the members name can be reached,
   * as behind a proxy that tells of itself or of members of a network of its
   * own: that fails with an {@linkcode UnavailableError} that names each.
   *
   * @throws {EtcdError} If no member could tell.
   */
  async syncEndpoints(options?: CallOptions): Promise<readonly string[]> {
    SYNC_ENDPOINTS.check(options);
    return await this.#parts.endpoints.synchronize(options);
  }

  /**
   * Closes every connection now. Pending calls fail with a
   * `ClientClosedError`. Idempotent; resolves when nothing is open any more.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const { pool, endpoints, members, tokens } = this.#parts;
    this.#watches.close(closedError("watch"));
    tokens?.close(closedError("authenticate"));
    this.#leases.close();
    endpoints.close();
    await Promise.all([pool.close(), members.close()]);
  }

  /** Same as {@linkcode Client.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function closedError(action: string): ClientClosedError {
  return new ClientClosedError(`Cannot ${action}: the client is closed`, {
    code: "client_closed",
  });
}
