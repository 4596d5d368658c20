import type { CallOptions } from "../call/mod.ts";
import type { ResponseHeader } from "../values/mod.ts";

/** What every answer has. */
export interface MaintenanceResult {
  /** The answering member's header. */
  readonly header: ResponseHeader;
}

/**
 * What is wrong: a member's database has reached its quota, so that the
 * cluster takes no writes, or its data differs from that of the others.
 */
export type AlarmType = "no_space" | "corrupt";

/** An alarm of one member. */
export interface Alarm {
  /** The member. */
  readonly memberId: bigint;
  /** What is wrong. */
  readonly type: AlarmType;
}

/** Which alarms to end; all of them if nothing is named. */
export interface DisarmOptions {
  /** Those of this member. */
  readonly memberId?: bigint | undefined;
  /** Those of this type. */
  readonly type?: AlarmType | undefined;
}

/** Options of a snapshot. */
export interface SnapshotOptions {
  /** Ends it with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The longest wait for the next bytes, in milliseconds, and for a
   * connection; `false` for no limit. How long the whole takes has no limit.
   *
   * @default {the client's `requestTimeoutMs`}
   */
  readonly timeoutMs?: number | false | undefined;
}

/**
 * Looking after the cluster as a whole. What concerns one member is in
 * `client.member(endpoint)`.
 */
export interface Maintenance {
  /** The alarms there are. */
  alarms(options?: CallOptions): Promise<readonly Alarm[]>;
  /**
   * Ends alarms, and tells which. A database that is full has to be compacted
   * and each member defragmented before, or the alarm comes back.
   */
  disarm(options?: DisarmOptions & CallOptions): Promise<readonly Alarm[]>;
  /**
   * The whole database as the bytes of a file that `etcdutl snapshot restore`
   * takes (in etcd 3.4 `etcdctl`). It comes from whichever member the strategy
   * picks, as fast as it is read, and nothing is sent before it is. It has
   * what that member had by then, which may be a moment behind the others.
   *
   * Its last 32 bytes are the SHA-256 digest of those before them, and are
   * checked. What is not whole does not end but fails: with an
   * `UnavailableError` if it was cut off, with an `EtcdError` of the code
   * `data_loss` if the digest is another one. Discard what was read, then.
   *
   * Throws the reason of a `signal` that is aborted already.
   */
  snapshot(options?: SnapshotOptions): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** What a member says of itself. */
export interface MemberStatus extends MaintenanceResult {
  /** The version of its server, such as `3.5.16`. */
  readonly version: string;
  /** The id of the member it follows, itself if it leads. */
  readonly leader: bigint | undefined;
  /** Whether it only follows, and has no vote. */
  readonly isLearner: boolean;
  /** The size of its database on disk. */
  readonly dbSizeBytes: bigint;
  /** How much of that holds data; defragmenting gives the rest back. */
  readonly dbSizeInUseBytes: bigint;
  /** How large it may become; known since etcd 3.6. */
  readonly dbSizeQuotaBytes: bigint | undefined;
  /** The last entry of its raft log that is committed. */
  readonly raftIndex: bigint;
  /** The last entry that it has applied. */
  readonly raftAppliedIndex: bigint;
  /** Its raft term. */
  readonly raftTerm: bigint;
  /** What is wrong with it, alarms among it. */
  readonly errors: readonly string[];
  /** The version of its files; known since etcd 3.6. */
  readonly storageVersion: string | undefined;
  /** The version it may be downgraded to; known since etcd 3.6. */
  readonly downgradeTo: string | undefined;
}

/** Whether a member says that it serves. */
export type HealthStatus = "serving" | "not_serving" | "unknown";

/** A hash over a member's data. */
export interface HashResult extends MaintenanceResult {
  /** The hash. */
  readonly hash: number;
}

/** A hash over a member's keys. */
export interface HashKvResult extends HashResult {
  /** The revision of the latest compaction; 0 or -1 if there was none. */
  readonly compactRevision: bigint;
  /** The revision up to which it counts; known since etcd 3.6. */
  readonly hashRevision: bigint | undefined;
}

/** Options of a hash over the keys. */
export interface HashKvOptions {
  /** The revision up to which it counts. @default {the newest} */
  readonly revision?: bigint | undefined;
}

/** What a step of a downgrade gives. */
export interface DowngradeResult extends MaintenanceResult {
  /** The cluster's version now. */
  readonly version: string;
}

/**
 * Letting the members be replaced by those of the version before. Every call
 * throws an `UnsupportedError` if the server is older than etcd 3.5, which
 * itself begins and ends a downgrade without an answer: the call runs into its
 * timeout, and `validate` tells that it is in effect.
 */
export interface Downgrade {
  /** Asks whether it could be done. */
  validate(version: string, options?: CallOptions): Promise<DowngradeResult>;
  /** Begins it: members of the `version`, as `3.5`, may join from now on. */
  enable(version: string, options?: CallOptions): Promise<DowngradeResult>;
  /** Ends it. */
  cancel(options?: CallOptions): Promise<DowngradeResult>;
}

/**
 * Calls to one member, whether or not it is among the client's endpoints.
 *
 * They have a connection of their own, made when it is first used and kept
 * until {@linkcode MemberCalls.close} or the end of the client. The strategy
 * neither sees them nor is moved by what becomes of them. Every call throws an
 * `EtcdError`, or the reason of its `signal`.
 */
export interface MemberCalls extends AsyncDisposable {
  /** The endpoint, in canonical form. */
  readonly endpoint: string;
  /** What it says of itself. */
  status(options?: CallOptions): Promise<MemberStatus>;
  /** Whether it says that it serves. */
  health(options?: CallOptions): Promise<HealthStatus>;
  /**
   * Gives the space of what was compacted back to the disk. The member serves
   * nothing meanwhile: one after another, and allow for it in `timeoutMs`.
   */
  defragment(options?: CallOptions): Promise<void>;
  /** A hash over its database, of etcd's internals too. */
  hash(options?: CallOptions): Promise<HashResult>;
  /**
   * A hash over its keys and their history: the same on every member at the
   * same revision and compaction.
   */
  hashKv(options?: HashKvOptions & CallOptions): Promise<HashKvResult>;
  /** The same as `client.maintenance.snapshot()`, of this member. */
  snapshot(options?: SnapshotOptions): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Hands over to another member. Only the leader can: others refuse. */
  moveLeader(to: bigint, options?: CallOptions): Promise<void>;
  /** Going back to the version before. */
  readonly downgrade: Downgrade;
  /** Closes its connection; the next call makes another. Idempotent. */
  close(): Promise<void>;
}
