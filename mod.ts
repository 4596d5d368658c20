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
export type { BatchMode } from "./api/batch/types.ts";
export { Client } from "./api/client/client.ts";
export type {
  AuthOptions,
  ClientOptions,
  DnsOptions,
  KeepAliveOptions,
  Provided,
  TlsOptions,
  TlsProvider,
} from "./api/client/options.ts";
export type {
  Auth,
  AuthResult,
  AuthStatus,
  Grant,
  Permission,
  PermissionType,
  Roles,
  UserOptions,
  Users,
} from "./api/auth/types.ts";
export type { Keyspace } from "./api/keyspace.ts";
export type {
  AddMemberOptions,
  ClusterMember,
  ClusterMembership,
  MembersOptions,
  MembersResult,
} from "./api/cluster/types.ts";
export type {
  Alarm,
  AlarmType,
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
  MemberStatus,
  SnapshotOptions,
} from "./api/cluster/maintenance_types.ts";
export type { CallOptions } from "./api/call/options.ts";
export { Bytes } from "./api/values/bytes.ts";
export {
  all,
  fromKey,
  type Key,
  type KeyRange,
  prefix,
  range,
  type Value,
} from "./api/values/keys.ts";
export type { KeyValue, ResponseHeader } from "./api/values/key_value.ts";
export type { Kv } from "./api/kv/kv.ts";
export type {
  CompactOptions,
  CompactResult,
  DeleteOptions,
  DeleteResult,
  ListOptions,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  ReadOptions,
  RevisionFilter,
  SortTarget,
} from "./api/kv/types.ts";
export {
  compare,
  type CompareBuilder,
  op,
  type OperationBuilder,
} from "./api/kv/txn.ts";
export type {
  BranchResults,
  Comparison,
  DeleteOperation,
  GetOperation,
  Operation,
  OperationResult,
  PutOperation,
  RangeOperation,
  Relation,
  Txn,
  TxnOperation,
  TxnResult,
} from "./api/kv/txn_types.ts";
export type {
  GrantOptions,
  Lease,
  LeaseRef,
  Leases,
  LeaseState,
  TimeToLive,
  TimeToLiveOptions,
} from "./api/lease/types.ts";
export type {
  Leadership,
  Lock,
  LockOptions,
  PromptOptions,
  Session,
  SessionOptions,
} from "./api/session/types.ts";
export type {
  LockService,
  ServerLock,
  TurnOptions,
} from "./api/lock_election/lock_types.ts";
export type {
  CampaignResult,
  ElectionService,
  LeaderKey,
  ObserveOptions,
} from "./api/lock_election/election_types.ts";
export type {
  HeartbeatOptions,
  Watch,
  WatchBatch,
  WatchBufferOptions,
  WatchEvent,
  WatchOptions,
  WatchState,
} from "./api/watch/types.ts";
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
  CallOutcome,
  ConnectionPolicy,
  ConnectionState,
  PickInfo,
  PickResult,
  PoolView,
  StrategySnapshot,
  SubConnection,
} from "./balancers/strategy.ts";
export type { Blame, RetryPolicy } from "./errors/retry_policy.ts";
export { BalancerError } from "./errors/balancer_error.ts";
export type { ErrorCode } from "./errors/codes.ts";
export {
  type Attempt,
  EtcdError,
  type EtcdErrorInit,
} from "./errors/etcd_error.ts";
export { HistoryLostError } from "./errors/history_lost_error.ts";
export { InvalidOptionError } from "./errors/invalid_option_error.ts";
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
