import type { CallOptions } from "../call/mod.ts";
import type { ResponseHeader } from "../values/mod.ts";

/** The part that all answers of one member have. */
export interface MaintenanceResult {
  /** The answering member's header. */
  readonly header: ResponseHeader;
}

/**
 * The kind of an alarm. `no_space`: a member's database has reached its quota,
 * so that the cluster takes no writes. `corrupt`: a member's data differs from
 * that of the others.
 */
export type AlarmType = "no_space" | "corrupt";

/** An alarm of one member. */
export interface Alarm {
  /** The member. */
  readonly memberId: bigint;
  /** The kind of the alarm. */
  readonly type: AlarmType;
}

/** The alarms to end; all of them if nothing is named. */
export interface DisarmOptions {
  /** The member whose alarms to end. @default {all members} */
  readonly memberId?: bigint | undefined;
  /** The kind of alarms to end. @default {all kinds} */
  readonly type?: AlarmType | undefined;
}

/** Options of a snapshot. */
export interface SnapshotOptions {
  /** Ends it with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The longest wait for the next bytes, in milliseconds, and for a
   * connection; `false` for no limit. The whole may take any time.
   *
   * @default {the client's `requestTimeoutMs`}
   */
  readonly timeoutMs?: number | false | undefined;
}

/**
 * The bytes of a snapshot, and what the member says of them, chunk by chunk: it
 * says nothing before the first one is read.
 *
 * ```ts ignore
 * const snapshot = client.maintenance.snapshot();
 * for await (const chunk of snapshot) {
 *   await file.write(chunk);
 *   console.log(snapshot.remainingBytes, "bytes to go");
 * }
 * ```
 */
export interface Snapshot extends ReadableStream<Uint8Array<ArrayBuffer>> {
  /**
   * The version of etcd to restore it with, such as `3.6.0`; `undefined` before
   * the first chunk, and from servers older than etcd 3.6.
   */
  readonly version: string | undefined;
  /**
   * The number of bytes that follow the chunk read last, without the 32 of the
   * digest; `undefined` before the first chunk.
   */
  readonly remainingBytes: bigint | undefined;
}

/**
 * Calls that look after the cluster as a whole. For calls to one member see
 * `client.member(endpoint)`.
 *
 * ```ts ignore
 * import { writeFile } from "node:fs/promises";
 *
 * await writeFile("backup.db", client.maintenance.snapshot());
 * ```
 */
export interface Maintenance {
  /** Lists the alarms. */
  alarms(options?: CallOptions): Promise<readonly Alarm[]>;
  /**
   * Ends alarms, and resolves to those that it ended. A database that is full
   * has to be compacted and each member defragmented before, or the alarm comes
   * back.
   */
  disarm(options?: DisarmOptions & CallOptions): Promise<readonly Alarm[]>;
  /**
   * The whole database as the bytes of a file that `etcdutl snapshot restore`
   * takes (in etcd 3.4 `etcdctl`). The strategy picks the member it comes from.
   * That member may be a moment behind the others. The snapshot is sent as fast
   * as it is read, and nothing is sent before the first read.
   *
   * The last 32 bytes are the SHA-256 digest of those before them, and are
   * checked. A snapshot that is not whole does not end but fails: with an
   * `UnavailableError` if it was cut off, with an `EtcdError` of the code
   * `data_loss` if the digest is wrong. Discard what was read, then.
   *
   * Throws the reason of a `signal` that is aborted already.
   */
  snapshot(options?: SnapshotOptions): Snapshot;
}

/** The state of a member, as it says itself. */
export interface MemberStatus extends MaintenanceResult {
  /** The version of its server, such as `3.5.16`. */
  readonly version: string;
  /** The id of the leader that it knows; its own if it leads. */
  readonly leader: bigint | undefined;
  /** Whether the member is a learner, which has no vote. */
  readonly isLearner: boolean;
  /** The size of its database on disk, in bytes. */
  readonly dbSizeBytes: bigint;
  /** The bytes of that which hold data; defragmenting gives the rest back. */
  readonly dbSizeInUseBytes: bigint;
  /** The size it may grow to, in bytes; known since etcd 3.6. */
  readonly dbSizeQuotaBytes: bigint | undefined;
  /** The last entry of its raft log that is committed. */
  readonly raftIndex: bigint;
  /** The last entry that it has applied. */
  readonly raftAppliedIndex: bigint;
  /** The raft term of the member. */
  readonly raftTerm: bigint;
  /** The faults of the member, alarms included. */
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

/** The result of a step of a downgrade. */
export interface DowngradeResult extends MaintenanceResult {
  /** The cluster's version now. */
  readonly version: string;
}

/**
 * A downgrade: members may be replaced by those of the version before.
 *
 * Every call throws an `UnsupportedError` if the server is older than etcd 3.5.
 * etcd 3.5 itself does not answer `enable` and `cancel`: the call runs into its
 * timeout, and `validate` shows that it is in effect.
 */
export interface Downgrade {
  /** Asks whether a downgrade to this version is possible. */
  validate(version: string, options?: CallOptions): Promise<DowngradeResult>;
  /** Begins the downgrade: members of the `version`, as `3.5`, may join. */
  enable(version: string, options?: CallOptions): Promise<DowngradeResult>;
  /** Ends the downgrade. */
  cancel(options?: CallOptions): Promise<DowngradeResult>;
}

/**
 * Calls to one member, whether or not it is among the client's endpoints.
 *
 * They have a connection of their own, made when it is first used and kept
 * until {@linkcode MemberCalls.close} or the end of the client. The strategy
 * does not see these calls, and their failures do not move it. Every call throws
 * an `EtcdError`, or the reason of its `signal`.
 *
 * ```ts ignore
 * await using member = client.member("http://10.0.0.1:2379");
 * const { version, dbSizeBytes } = await member.status();
 * ```
 */
export interface MemberCalls extends AsyncDisposable {
  /** The endpoint, in canonical form. */
  readonly endpoint: string;
  /** Asks the member for its state. */
  status(options?: CallOptions): Promise<MemberStatus>;
  /** Asks the member whether it serves. */
  health(options?: CallOptions): Promise<HealthStatus>;
  /**
   * Gives the space of what was compacted back to the disk. The member serves
   * nothing meanwhile: defragment one after another, with a long `timeoutMs`.
   */
  defragment(options?: CallOptions): Promise<void>;
  /** Asks for a hash over the whole database, etcd's internals included. */
  hash(options?: CallOptions): Promise<HashResult>;
  /**
   * Asks for a hash over the keys and their history. It is the same on every
   * member at the same revision and compaction.
   */
  hashKv(options?: HashKvOptions & CallOptions): Promise<HashKvResult>;
  /** Takes a snapshot of this member, see {@linkcode Maintenance.snapshot}. */
  snapshot(options?: SnapshotOptions): Snapshot;
  /** Hands the lead to another member. Only the leader can: others refuse. */
  moveLeader(to: bigint, options?: CallOptions): Promise<void>;
  /** Calls to go back to the version before. */
  readonly downgrade: Downgrade;
  /** Closes the connection; the next call makes another. Idempotent. */
  close(): Promise<void>;
}
