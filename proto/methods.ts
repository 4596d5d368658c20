/**
 * Every method of the etcd v3 API. Whether a request may be repeated is stated
 * here and nowhere else.
 *
 * A copy of a request may be held up, in a member that stands still, and be
 * served after everything that came later. So repeatable is only what does no
 * harm however late it is served: that it does the same twice is not enough.
 * Each row that is repeatable says why; a "write" is never sent again once it
 * may have been served.
 */

import { auth, type AuthMethods } from "./_auth_methods.ts";
import { defineMethod, type RpcMethod } from "./_define_method.ts";
import {
  effectOfAlarm,
  effectOfDowngrade,
  effectOfTxn,
  rangeProvesQuorum,
  txnProvesQuorum,
} from "./_effects.ts";

export type { AuthMethods, RpcMethod };

/** Keys: reading, writing, transactions. */
export interface KvMethods {
  readonly range: RpcMethod<"KV.Range">;
  readonly rangeStream: RpcMethod<"KV.RangeStream">;
  readonly put: RpcMethod<"KV.Put">;
  readonly deleteRange: RpcMethod<"KV.DeleteRange">;
  readonly txn: RpcMethod<"KV.Txn">;
  readonly compact: RpcMethod<"KV.Compact">;
}

/** Proposed to the members, and answered when a majority has it. */
const PROPOSED = Object.freeze({ provesQuorum: () => true });

const kv: KvMethods = Object.freeze({
  // Read only; the reply to a late copy goes nowhere.
  range: defineMethod("KV.Range", "read", { provesQuorum: rangeProvesQuorum }),
  rangeStream: defineMethod("KV.RangeStream", "read"),
  put: defineMethod("KV.Put", "write", PROPOSED),
  deleteRange: defineMethod("KV.DeleteRange", "write", PROPOSED),
  // One without a put or a delete in any branch is a read.
  txn: defineMethod("KV.Txn", effectOfTxn, { provesQuorum: txnProvesQuorum }),
  compact: defineMethod("KV.Compact", "write", PROPOSED),
});

/** Following changes. */
export interface WatchMethods {
  readonly watch: RpcMethod<"Watch.Watch">;
}

const watch: WatchMethods = Object.freeze({
  // Read only; what its owner asks again is where the last one ended.
  watch: defineMethod("Watch.Watch", "read"),
});

/** Leases. */
export interface LeaseMethods {
  readonly grant: RpcMethod<"Lease.LeaseGrant">;
  readonly revoke: RpcMethod<"Lease.LeaseRevoke">;
  readonly keepAlive: RpcMethod<"Lease.LeaseKeepAlive">;
  readonly timeToLive: RpcMethod<"Lease.LeaseTimeToLive">;
  readonly leases: RpcMethod<"Lease.LeaseLeases">;
}

const lease: LeaseMethods = Object.freeze({
  // A copy makes a second lease; or, with an id, revives one revoked since.
  grant: defineMethod("Lease.LeaseGrant", "write", PROPOSED),
  // A late copy would end another lease that was granted the id since; see
  // also `revokeServerChosen`.
  revoke: defineMethod("Lease.LeaseRevoke", "write", PROPOSED),
  // A late copy makes the lease live on by its own time, as any renewal does,
  // and revives none that has ended.
  keepAlive: defineMethod("Lease.LeaseKeepAlive", "read"),
  // Read only, both.
  timeToLive: defineMethod("Lease.LeaseTimeToLive", "read"),
  leases: defineMethod("Lease.LeaseLeases", "read"),
});

/**
 * Ends a lease whose id the server has chosen. It may be repeated: the server
 * never chooses an id again, so that a late copy finds nothing to end.
 */
export const revokeServerChosen: RpcMethod<"Lease.LeaseRevoke"> = defineMethod(
  "Lease.LeaseRevoke",
  "idempotent",
);

/** The members of the cluster. */
export interface ClusterMethods {
  readonly memberAdd: RpcMethod<"Cluster.MemberAdd">;
  readonly memberRemove: RpcMethod<"Cluster.MemberRemove">;
  readonly memberUpdate: RpcMethod<"Cluster.MemberUpdate">;
  readonly memberList: RpcMethod<"Cluster.MemberList">;
  readonly memberPromote: RpcMethod<"Cluster.MemberPromote">;
}

const cluster: ClusterMethods = Object.freeze({
  memberAdd: defineMethod("Cluster.MemberAdd", "write"),
  memberRemove: defineMethod("Cluster.MemberRemove", "write"),
  memberUpdate: defineMethod("Cluster.MemberUpdate", "write"),
  // Read only.
  memberList: defineMethod("Cluster.MemberList", "read", {
    needs: ({ linearizable }) => linearizable ? "3.5" : undefined,
  }),
  memberPromote: defineMethod("Cluster.MemberPromote", "write"),
});

/** Looking after single members. */
export interface MaintenanceMethods {
  readonly alarm: RpcMethod<"Maintenance.Alarm">;
  readonly status: RpcMethod<"Maintenance.Status">;
  readonly defragment: RpcMethod<"Maintenance.Defragment">;
  readonly hash: RpcMethod<"Maintenance.Hash">;
  readonly hashKv: RpcMethod<"Maintenance.HashKV">;
  readonly snapshot: RpcMethod<"Maintenance.Snapshot">;
  readonly moveLeader: RpcMethod<"Maintenance.MoveLeader">;
  readonly downgrade: RpcMethod<"Maintenance.Downgrade">;
}

const maintenance: MaintenanceMethods = Object.freeze({
  // Listing them is a read.
  alarm: defineMethod("Maintenance.Alarm", effectOfAlarm),
  // Read only.
  status: defineMethod("Maintenance.Status", "read"),
  defragment: defineMethod("Maintenance.Defragment", "write"),
  // Read only, all three.
  hash: defineMethod("Maintenance.Hash", "read"),
  hashKv: defineMethod("Maintenance.HashKV", "read"),
  snapshot: defineMethod("Maintenance.Snapshot", "read"),
  // A late copy would undo a later move; one after the first is refused.
  moveLeader: defineMethod("Maintenance.MoveLeader", "write"),
  // Validating is a read.
  downgrade: defineMethod("Maintenance.Downgrade", effectOfDowngrade),
});

/** The lock kept by the server. */
export interface LockMethods {
  readonly lock: RpcMethod<"Lock.Lock">;
  readonly unlock: RpcMethod<"Lock.Unlock">;
}

const lock: LockMethods = Object.freeze({
  lock: defineMethod("Lock.Lock", "write"),
  // Its key names no revision: a late copy would give up the next lock of the
  // same lease.
  unlock: defineMethod("Lock.Unlock", "write"),
});

/** The election kept by the server. */
export interface ElectionMethods {
  readonly campaign: RpcMethod<"Election.Campaign">;
  readonly proclaim: RpcMethod<"Election.Proclaim">;
  readonly leader: RpcMethod<"Election.Leader">;
  readonly observe: RpcMethod<"Election.Observe">;
  readonly resign: RpcMethod<"Election.Resign">;
}

const election: ElectionMethods = Object.freeze({
  campaign: defineMethod("Election.Campaign", "write"),
  proclaim: defineMethod("Election.Proclaim", "write"),
  // Read only, both.
  leader: defineMethod("Election.Leader", "read"),
  observe: defineMethod("Election.Observe", "read"),
  resign: defineMethod("Election.Resign", "write"),
});

/** Whether a member serves. */
export interface HealthMethods {
  readonly check: RpcMethod<"Health.Check">;
  readonly watch: RpcMethod<"Health.Watch">;
}

const health: HealthMethods = Object.freeze({
  // Read only.
  check: defineMethod("Health.Check", "read"),
  watch: defineMethod("Health.Watch", "read"),
});

/** The method table, by service. */
export interface Methods {
  readonly kv: KvMethods;
  readonly watch: WatchMethods;
  readonly lease: LeaseMethods;
  readonly auth: AuthMethods;
  readonly cluster: ClusterMethods;
  readonly maintenance: MaintenanceMethods;
  readonly lock: LockMethods;
  readonly election: ElectionMethods;
  readonly health: HealthMethods;
}

/** The method table, by service. */
export const methods: Methods = Object.freeze({
  kv,
  watch,
  lease,
  auth,
  cluster,
  maintenance,
  lock,
  election,
  health,
});
