import type { Bytes, Key, Value } from "../values/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import type { Comparison, PutResult } from "../kv/mod.ts";

/** Options of a wait for a lock or a leadership. */
export interface LockOptions {
  /** Ends the wait with the signal's reason; the session leaves the queue. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The time to wait in milliseconds, `false` for no limit.
   *
   * @default {false}
   */
  readonly timeoutMs?: number | false | undefined;
}

/** Options of a call that does not wait for others. */
export interface PromptOptions {
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The time for the whole call in milliseconds, repetitions included; `false`
   * for no limit.
   *
   * @default {30000, whatever the client's `requestTimeoutMs`}
   */
  readonly timeoutMs?: number | false | undefined;
}

/**
 * A lock that is held: made by {@linkcode Session.lock}.
 *
 * @example Write only as long as the lock is held
 * ```ts
 * import { type Client, op, type Session } from "@etcdeno/client";
 *
 * async function report(client: Client, session: Session): Promise<void> {
 *   await using lock = await session.lock("jobs");
 *   const { succeeded } = await client.txn({
 *     if: [lock.guard],
 *     then: [op.put("report", "done")],
 *   });
 *   if (!succeeded) throw new Error("the lock is lost");
 * }
 * ```
 */
export interface Lock extends AsyncDisposable {
  /**
   * The key that exists as long as the lock is held. Whoever puts this key
   * without the lease gives the lock away.
   */
  readonly key: Bytes;
  /**
   * The revision that created the key: higher for each later holder. Carry it
   * along with what you write elsewhere (a "fencing token"), so that writes of
   * an earlier holder can be told apart and refused.
   */
  readonly revision: bigint;
  /**
   * Aborted when the lock can no longer be relied on. The reason is
   *
   * - a `LeaseLostError`, the same as on the lease and the session: the lease
   *   has ended, or is about to run out as it is not renewed;
   * - a `LockLostError`: the lock was given back, its key was deleted or put
   *   without the lease, or the store has gone back to an older state. Where
   *   revisions show the last, the `cause` is a `HistoryLostError`.
   */
  readonly signal: AbortSignal;
  /**
   * A condition for transactions that is true as long as the lock is held. One
   * who has lost the lock, and does not know it yet, cannot write with it.
   *
   * It goes without the prefix of the session's keyspace. A transaction of any
   * other keyspace refuses it with an `InvalidOptionError`: there it would be a
   * condition on another key. What `compare` makes is taken everywhere.
   */
  readonly guard: Comparison;
  /**
   * Gives the lock back. An unlock that arrives late cannot hit the lock of a
   * later holder. Idempotent; without effect if the lock is lost.
   *
   * @throws {TimeoutError} If that is not confirmed within `timeoutMs`, by
   * default 30 s. The session keeps trying until it ends.
   * @throws {CorruptError} If the cluster takes no writes as its data differ;
   * a full database does take this one.
   */
  unlock(options?: PromptOptions): Promise<void>;
}

/**
 * A leadership: made by {@linkcode Session.campaign}.
 *
 * @example Lead until the leadership is lost
 * ```ts
 * import type { Session } from "@etcdeno/client";
 *
 * async function lead(
 *   session: Session,
 *   work: (signal: AbortSignal) => Promise<void>,
 * ): Promise<void> {
 *   await using leadership = await session.campaign("svc", "10.0.0.7:80");
 *   while (!leadership.signal.aborted) await work(leadership.signal);
 * }
 * ```
 */
export interface Leadership extends AsyncDisposable {
  /** The key that exists as long as the leadership lasts. */
  readonly key: Bytes;
  /** The revision that created the key, see {@linkcode Lock.revision}. */
  readonly revision: bigint;
  /** Aborted when the leadership is lost, see {@linkcode Lock.signal}. */
  readonly signal: AbortSignal;
  /** True as long as the leadership lasts, see {@linkcode Lock.guard}. */
  readonly guard: Comparison;
  /**
   * Changes the value that observers see. Resolves to the result of the put.
   *
   * @throws {LockLostError} If this session does not lead any more.
   */
  proclaim(value: Value, options?: CallOptions): Promise<PutResult>;
  /** Gives the leadership up; throws as {@linkcode Lock.unlock} does. */
  resign(options?: PromptOptions): Promise<void>;
}

/**
 * A leadership told from all others, to be kept across a restart: as a
 * {@linkcode Leadership} has it.
 */
export interface LeadershipId {
  /** The key that exists as long as the leadership lasts. */
  readonly key: Key;
  /** The revision that created the key. */
  readonly revision: bigint;
}
