import { SYSTEM_CLOCK } from "../../balancers/transport/_clock.ts";
import { ClientClosedError } from "../../errors/specific_errors.ts";
import { AuthFacet } from "../auth/auth.ts";
import { checkName } from "../checks/_check.ts";
import type { CallOptions } from "../call/options.ts";
import { type ClientParts, makeParts } from "./_parts.ts";
import { ClusterFacet } from "../cluster/cluster.ts";
import { ElectionFacet } from "../lock_election/election.ts";
import type { Keyspace } from "../keyspace.ts";
import type { Key } from "../values/keys.ts";
import { KvFacet } from "../kv/kv.ts";
import { LeaseFacet } from "../lease/lease.ts";
import { LockFacet } from "../lock_election/lock.ts";
import { MaintenanceFacet } from "../cluster/maintenance.ts";
import type { MemberCalls } from "../cluster/maintenance_types.ts";
import { MemberFacet } from "../cluster/member.ts";
import { NamespacedKeys } from "../namespace/namespace.ts";
import { CALL_OPTIONS, SIGNAL, TIMEOUT_MS } from "../checks/_kinds.ts";
import type { ClientOptions } from "./options.ts";
import { rangeStreams } from "../kv/_range_stream.ts";
import { resolveOptions } from "./_resolve_options.ts";
import { Signature } from "../checks/_signature.ts";
import { WatchFacet } from "../watch/watch.ts";

const MEMBER = new Signature("member", {});
const CONNECT = new Signature("connect", {
  signal: SIGNAL,
  timeoutMs: TIMEOUT_MS,
});
const SET_ENDPOINTS = new Signature("setEndpoints", {});
const SYNC_ENDPOINTS = new Signature("syncEndpoints", CALL_OPTIONS);

/** What `Client` does, whose page says what each method promises. */
export class ClientCore {
  readonly parts: ClientParts;
  readonly kv: KvFacet;
  readonly watches: WatchFacet;
  readonly leases: LeaseFacet;
  readonly lock: LockFacet;
  readonly election: ElectionFacet;
  readonly auth: AuthFacet;
  readonly cluster: ClusterFacet;
  readonly maintenance: MaintenanceFacet;
  #closing: Promise<void> | undefined;

  constructor(options: ClientOptions) {
    const parts = makeParts(resolveOptions(options));
    const { caller, opener, kvCaller, batching, timeoutMs, onEvent } = parts;
    this.parts = parts;
    this.kv = new KvFacet(kvCaller, {
      batching,
      listRest: rangeStreams(opener, timeoutMs),
    });
    this.watches = new WatchFacet(opener, this.kv, {
      clock: SYSTEM_CLOCK,
      onEvent,
    });
    this.leases = new LeaseFacet(caller, opener, {
      onEvent,
      clock: SYSTEM_CLOCK,
      timeoutMs,
    });
    this.lock = new LockFacet(caller);
    this.election = new ElectionFacet(caller, opener);
    this.auth = new AuthFacet(caller);
    this.cluster = new ClusterFacet(caller);
    this.maintenance = new MaintenanceFacet(caller, opener, timeoutMs);
  }

  namespace(prefix: Key): Keyspace {
    const { parts, watches, leases } = this;
    return new NamespacedKeys({ ...parts, watches, leases }, prefix);
  }

  member(endpoint: string): MemberCalls {
    const { members, endpoints } = this.parts;
    const address = MEMBER.take(
      undefined,
      () => endpoints.ofMember(checkName("endpoint", endpoint)),
    );
    return new MemberFacet(address, members);
  }

  async connect(options: Omit<CallOptions, "requireLeader">): Promise<void> {
    CONNECT.check(options);
    await this.parts.retrying.ready(options);
  }

  setEndpoints(endpoints: string | readonly string[]): void {
    SET_ENDPOINTS.take(
      undefined,
      () => this.parts.endpoints.replace(endpoints),
    );
  }

  async syncEndpoints(options?: CallOptions): Promise<readonly string[]> {
    SYNC_ENDPOINTS.check(options);
    return await this.parts.endpoints.synchronize(options);
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const { pool, endpoints, members, tokens } = this.parts;
    this.watches.close(closedError("watch"));
    tokens?.close(closedError("authenticate"));
    this.leases.close();
    endpoints.close();
    await Promise.all([pool.close(), members.close()]);
  }
}

function closedError(action: string): ClientClosedError {
  return new ClientClosedError(`Cannot ${action}: the client is closed`, {
    code: "client_closed",
  });
}
