import type { Bytes, Key, KeyValue, Value } from "../values/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import type { ObserveOptions } from "../lock_election_services/mod.ts";
import type { Comparison, PutResult } from "../kv/mod.ts";
import type { Lease } from "../lease/mod.ts";

/** Options of a session. */
export interface SessionOptions extends CallOptions {
  /**
   * The seconds after which others take over when this process is gone. An
   * outage, or work that blocks the event loop, ends the session sooner than
   * that: see {@linkcode Lease.signal}.
   *
   * @default {10}
   */
  readonly ttlSeconds?: number | undefined;
}

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
 * A lease that is kept alive, and the locks and leaderships that end with it.
 *
 * - Sessions that wait for a name get it in the order in which they came.
 * - The queue is that of Go's client, `etcdctl` and the server's services.
 * - A key below a name is an entry in the queue only if its last part, next to
 *   the name, is the lease it is attached to, in hexadecimal. So names may
 *   contain each other, such as `jobs` and `jobs/7`, and other keys may lie
 *   below them. But Go's client, `etcdctl` and the server's services wait for
 *   every key below a name; and so does, indirectly, whoever is behind them.
 * - A session that asks for a name which it holds already deadlocks: it waits
 *   for itself. Use `timeoutMs`, or {@linkcode Session.tryLock}, or another
 *   session.
 * - Waiting costs nothing but a watch, and survives the loss of connections.
 * - A wait that ends leaves the queue, at the latest when the session ends.
 * - A request to enter a queue that had to be sent again may arrive once more
 *   after the queue was left. The session watches for that as long as it
 *   lives, and deletes such an entry; others may see it for a moment.
 */
export interface Session extends AsyncDisposable {
  /** The lease of the session. */
  readonly lease: Lease;
  /**
   * Aborted with a `LeaseLostError` when the lease has ended, or is orphaned;
   * the same signal as {@linkcode Lease.signal}. Then all waits of the session
   * end and leave their queues. What the session holds ends here, and is left
   * to whoever takes the lease over.
   */
  readonly signal: AbortSignal;
  /**
   * Waits for a lock. Deadlocks if this session holds the lock already.
   *
   * @throws {LeaseLostError} If the session ends meanwhile.
   * @throws {LockLostError} If the session's entry in the queue is deleted, or
   * its key is put without its lease.
   * @throws {NoSpaceError} If the database is full.
   * @throws {CorruptError} If the cluster takes no writes as its data differ.
   * @throws {TimeoutError} If `timeoutMs` is over. The last error is the
   * `cause`. With `maybeCommitted` the session was in the queue, or may have
   * been, and leaves it.
   */
  lock(name: Key, options?: LockOptions): Promise<Lock>;
  /**
   * Takes a lock if it is free; resolves to `undefined` if not, without
   * waiting in the queue. Only if nobody has the lock, and there are keys below
   * the name that are no entries, this enters the queue to see whether the
   * entry is the first, and leaves if it is not.
   *
   * @example
   * ```ts
   * import type { Session } from "@etcdeno/client";
   *
   * async function nightly(session: Session): Promise<void> {
   *   await using lock = await session.tryLock("jobs/nightly");
   *   if (lock === undefined) console.log("somebody else is at it");
   * }
   * ```
   */
  tryLock(name: Key, options?: PromptOptions): Promise<Lock | undefined>;
  /**
   * Waits to be elected, with a value for observers to see. Throws, and
   * deadlocks, as {@linkcode Session.lock} does.
   */
  campaign(
    name: Key,
    value: Value,
    options?: LockOptions,
  ): Promise<Leadership>;
  /**
   * Follows an election: yields the current leader, each value it proclaims,
   * and each leader after it. Leaders that come and go in quick succession may
   * be left out. If the store goes back to an older state, the leader of that
   * state is yielded. As with locks, the leader of a longer name, such as
   * `svc/eu`, is not a leader of `svc`.
   *
   * @example
   * ```ts
   * import type { Session } from "@etcdeno/client";
   *
   * async function follow(session: Session): Promise<void> {
   *   for await (const leader of session.observe("svc")) {
   *     console.log("led from", leader.value.text());
   *   }
   * }
   * ```
   */
  observe(
    name: Key,
    options?: ObserveOptions,
  ): AsyncIterableIterator<KeyValue>;
  /**
   * Ends the session: its lease is revoked, and with it all that it holds.
   * Idempotent.
   */
  close(): Promise<void>;
}
