import { clientClosedError } from "../../errors/client_closed.ts";
import { AuthFacet } from "../auth/mod.ts";
import {
  CALL_OPTIONS,
  checkName,
  SIGNAL,
  Signature,
  TIMEOUT_MS,
} from "../checks/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import { type ClientParts, makeParts } from "./_parts.ts";
import {
  ClusterFacet,
  MaintenanceFacet,
  type MemberCalls,
  MemberFacet,
} from "../cluster/mod.ts";
import { ElectionFacet, LockFacet } from "../server_locks/mod.ts";
import type { Keyspace } from "../keyspace/mod.ts";
import type { Key } from "../values/mod.ts";
import { KvFacet, rangeStreams } from "../kv/mod.ts";
import { LeaseFacet } from "../lease/mod.ts";
import { NamespacedKeys } from "../namespace/mod.ts";
import type { ClientOptions } from "./options.ts";
import { resolveOptions } from "./_resolve_options.ts";
import { WatchFacet } from "../watch/mod.ts";

const MEMBER = new Signature("member", {});
const CONNECT = new Signature("connect", {
  signal: SIGNAL,
  timeoutMs: TIMEOUT_MS,
});
const SET_ENDPOINTS = new Signature("setEndpoints", {});
const SYNC_ENDPOINTS = new Signature("syncEndpoints", CALL_OPTIONS);

/** The work behind `Client`, whose page says what each method promises. */
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
    const { caller, opener, kvCaller, batching, timeoutMs } = parts;
    const { clock, onEvent } = parts;
    this.parts = parts;
    this.kv = new KvFacet(kvCaller, {
      batching,
      listRest: rangeStreams(opener, { timeoutMs, clock }),
    });
    this.watches = new WatchFacet(opener, this.kv, {
      clock,
      onEvent,
      timeoutMs,
    });
    this.leases = new LeaseFacet(caller, opener, {
      onEvent,
      clock,
      timeoutMs,
    });
    this.lock = new LockFacet(caller);
    this.election = new ElectionFacet(caller, { opener, clock });
    this.auth = new AuthFacet(caller, parts);
    this.cluster = new ClusterFacet(caller);
    this.maintenance = new MaintenanceFacet(caller, {
      opener,
      timeoutMs,
      clock,
    });
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
    const { pool, endpoints, members, tokens, interception } = this.parts;
    this.watches.close(clientClosedError({ action: "watch" }));
    tokens?.close(clientClosedError({ action: "authenticate" }));
    interception?.close(clientClosedError({ action: "make the call" }));
    this.leases.close();
    endpoints.close();
    await Promise.all([pool.close(), members.close()]);
  }
}
