/**
 * A client for etcd v3.
 *
 * ```ts ignore
 * import { Client, prefix } from "@etcdeno/client";
 *
 * await using client = new Client({
 *   endpoints: ["http://10.0.0.1:2379", "http://10.0.0.2:2379"],
 * });
 * await client.put("jobs/1", "ready");
 * for await (const { key, value } of client.list(prefix("jobs/"))) {
 *   console.log(key.text(), value.text());
 * }
 * ```
 *
 * The client connects when it is first used; `await using` or
 * {@linkcode Client.close} closes it. How it spreads calls over the members
 * and what it does when one fails is decided by a strategy, see
 * `@etcdeno/client/balancers`. What it throws is in `@etcdeno/client/errors`.
 *
 * @module
 */
export type { BatchMode } from "./api/batch/mod.ts";
export type {
  AuthOptions,
  CallOptions,
  InterceptedCall,
  InterceptedEnd,
  Interceptor,
  InterceptorChanges,
  NextAttempt,
  Provided,
  RequestHeaders,
} from "./api/call/mod.ts";
export type { LeaseRef } from "./api/checks/mod.ts";
export type { DnsOptions } from "./api/endpoints/mod.ts";
export {
  Client,
  type ClientOptions,
  type KeepAliveOptions,
} from "./api/client/mod.ts";
export type {
  Auth,
  Authentication,
  AuthResult,
  AuthStatus,
  Grant,
  Permission,
  PermissionType,
  Roles,
  UserOptions,
  Users,
} from "./api/auth/mod.ts";
export type { TlsOptions, TlsProvider } from "./api/tls/mod.ts";
export type { Keyspace } from "./api/keyspace/mod.ts";
export type {
  AddMemberOptions,
  Alarm,
  AlarmType,
  ClusterMember,
  ClusterMembership,
  DisarmOptions,
  Downgrade,
  DowngradeResult,
  HashKvOptions,
  HashKvResult,
  HashResult,
  HealthStatus,
  Maintenance,
  MaintenanceResult,
  MemberCalls,
  MembersOptions,
  MembersResult,
  MemberStatus,
  Snapshot,
  SnapshotOptions,
} from "./api/cluster/mod.ts";
export {
  all,
  Bytes,
  fromKey,
  type Key,
  type KeyRange,
  type KeyValue,
  prefix,
  range,
  type ResponseHeader,
  type Value,
} from "./api/values/mod.ts";
export {
  type BranchResults,
  type CompactOptions,
  type CompactResult,
  compare,
  type CompareBuilder,
  type Comparison,
  type ConditionalDeleteOptions,
  type ConditionalDeleteResult,
  type ConditionalPutOptions,
  type ConditionalPutResult,
  type ConditionFailed,
  type DeleteOperation,
  type DeleteOptions,
  type DeleteResult,
  type GetOperation,
  type Kv,
  type ListOptions,
  op,
  type Operation,
  type OperationBuilder,
  type OperationResult,
  type PutIfAbsentOptions,
  type PutIfUnchangedOptions,
  type PutOperation,
  type PutOptions,
  type PutResult,
  type RangeOperation,
  type RangeOptions,
  type RangeResult,
  type ReadOptions,
  type Relation,
  type RevisionFilter,
  type SortTarget,
  type Txn,
  type TxnOperation,
  type TxnResult,
} from "./api/kv/mod.ts";
export type {
  GrantOptions,
  Lease,
  LeaseKeepAliveOptions,
  LeaseRenewal,
  Leases,
  LeaseState,
  TimeToLive,
  TimeToLiveOptions,
} from "./api/lease/mod.ts";
export type {
  Leadership,
  LeadershipId,
  Lock,
  LockOptions,
  PromptOptions,
} from "./api/lock/mod.ts";
export type { Session, SessionOptions } from "./api/session/mod.ts";
export type {
  CampaignResult,
  ElectionService,
  LeaderKey,
  LockService,
  ObserveOptions,
  ServerLock,
  TurnOptions,
} from "./api/server_locks/mod.ts";
export type {
  HeartbeatOptions,
  ProgressOptions,
  Watch,
  WatchBatch,
  WatchBufferOptions,
  WatchEvent,
  WatchOptions,
  WatchState,
} from "./api/watch/mod.ts";
export type { ClientEvent } from "./api/events.ts";
export type {
  BalancerEvent,
  BalancerSnapshot,
  EndpointView,
} from "./balancers/view.ts";
export type { BalancerName } from "./balancers/by_name.ts";
export type {
  BalancerFactory,
  BalancerOptions,
  BalancerStrategy,
  ConnectionPolicy,
  PickInfo,
  PickResult,
  PoolView,
  StrategySnapshot,
} from "./balancers/strategy.ts";
export type { CallOutcome } from "./balancers/evidence.ts";
export type {
  ConnectionState,
  SubConnection,
} from "./balancers/sub_connection.ts";
export type { Blame, RetryPolicy } from "./errors/retry_policy.ts";
export { BalancerError } from "./errors/balancer_error.ts";
export type { ErrorCode } from "./errors/codes.ts";
export {
  type Attempt,
  EtcdError,
  type EtcdErrorInit,
} from "./errors/etcd_error.ts";
export { HistoryLostError } from "./errors/history_lost_error.ts";
export { InterceptorError } from "./errors/interceptor_error.ts";
export { InvalidOptionError } from "./errors/invalid_option_error.ts";
export { StaleReadError } from "./errors/stale_read_error.ts";
export {
  AuthError,
  CanceledError,
  ClientClosedError,
  ClusterMismatchError,
  CompactedError,
  CorruptError,
  FutureRevisionError,
  type LeaseLossReason,
  LeaseLostError,
  LeaseNotFoundError,
  LockLostError,
  NoLeaderError,
  NoSpaceError,
  PermissionDeniedError,
  TimeoutError,
  TlsError,
  type TlsFault,
  UnavailableError,
  UnsupportedError,
} from "./errors/specific_errors.ts";
