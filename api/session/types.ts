import type { Bytes, Key, KeyValue, Value } from "../values/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import type { ObserveOptions } from "../lock_election/mod.ts";
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
  /** Ends the wait with the signal's reason, and leaves the queue. */
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

/** A lock that is held: made by {@linkcode Session.lock}. */
export interface Lock extends AsyncDisposable {
  /**
   * The key that exists as long as the lock is held. Whoever puts it without
   * the lease gives the lock away.
   */
  readonly key: Bytes;
  /**
   * The revision that created it: higher for each later holder. What is
   * written elsewhere can carry it, so that an earlier holder is recognised.
   */
  readonly revision: bigint;
  /**
   * Aborted when the lock can no longer be relied on: with a `LeaseLostError`
   * before its lease can have run out or when that was revoked, the same as on
   * the lease and the session; with a `LockLostError` when its key was deleted
   * or put without the lease, it was given back, or the store has gone back to
   * an older state, with a `HistoryLostError` as the cause where the revision
   * shows that.
   */
  readonly signal: AbortSignal;
  /**
   * Holds as long as the lock does: a transaction with this condition is
   * never done by one who has lost the lock and does not know it yet.
   */
  readonly guard: Comparison;
  /**
   * Gives it back. It cannot hit the lock of a later holder, however late it
   * arrives. Idempotent; without effect if the lock is lost.
   *
   * @throws {TimeoutError} If that is not confirmed within `timeoutMs`, by
   * default 30 s. It is tried on until the session ends.
   * @throws {CorruptError} If the cluster takes no writes as its data differ;
   * a full database does take this one.
   */
  unlock(options?: PromptOptions): Promise<void>;
}

/** A leadership: made by {@linkcode Session.campaign}. */
export interface Leadership extends AsyncDisposable {
  /** The key that exists as long as the leadership lasts. */
  readonly key: Bytes;
  /** As {@linkcode Lock.revision}. */
  readonly revision: bigint;
  /** As {@linkcode Lock.signal}. */
  readonly signal: AbortSignal;
  /** As {@linkcode Lock.guard}. */
  readonly guard: Comparison;
  /**
   * Changes the value that others see. Resolves to what the put gave.
   *
   * @throws {LockLostError} If it does not lead any more.
   */
  proclaim(value: Value, options?: CallOptions): Promise<PutResult>;
  /** Gives it up, as {@linkcode Lock.unlock} does. */
  resign(options?: PromptOptions): Promise<void>;
}

/**
 * A lease that is kept alive, and the locks and leaderships that end with it.
 *
 * - Those who want the same name get it in the order in which they came.
 * - The queue is that of Go's client, `etcdctl` and the server's services.
 * - A key below a name counts only if its last part, next to the name, is the
 *   lease it is attached to, in hexadecimal. So names may contain each other,
 *   such as `jobs` and `jobs/7`, and other keys may lie below them. But Go's
 *   client, `etcdctl` and the server's services wait for every key below a
 *   name; and so does, indirectly, who waits behind them.
 * - A session that asks for a name twice waits for itself.
 * - Waiting costs nothing but a watch, and survives the loss of connections.
 * - A wait that ends leaves the queue, at the latest when the session ends.
 * - An entry into a queue that had to be sent again may come once more after
 *   its place was left. The session then watches for it as long as it lives,
 *   and deletes it; others may see it for a moment.
 */
export interface Session extends AsyncDisposable {
  /** Its lease. */
  readonly lease: Lease;
  /**
   * That of its lease: aborted with a `LeaseLostError` when it has ended, or
   * is orphaned. Then its waits end and leave their queues; what it holds ends
   * here, and is left to whoever takes the lease over.
   */
  readonly signal: AbortSignal;
  /**
   * Waits for a lock.
   *
   * @throws {LeaseLostError} If the session ends meanwhile.
   * @throws {LockLostError} If its place in the queue is deleted, or its key is
   * there without its lease.
   * @throws {NoSpaceError} If the database is full.
   * @throws {CorruptError} If the cluster takes no writes as its data differ.
   * @throws {TimeoutError} If `timeoutMs` is over. What it has met with last is
   * the `cause`; with `maybeCommitted` it was in the queue, or may have been,
   * and leaves it.
   */
  lock(name: Key, options?: LockOptions): Promise<Lock>;
  /**
   * Takes a lock if it is free, and does not queue for it if not. Only where
   * keys below the name are no places in the queue, and nobody has it, it takes
   * a place to see whether that is the first, and leaves it if not.
   */
  tryLock(name: Key, options?: PromptOptions): Promise<Lock | undefined>;
  /**
   * Waits to lead, with a value that others see then; throws as
   * {@linkcode Session.lock} does.
   */
  campaign(
    name: Key,
    value: Value,
    options?: LockOptions,
  ): Promise<Leadership>;
  /**
   * Follows an election: the leader there is, each value it proclaims, each
   * leader after it. Of leaders that come and go at once some may be left out.
   * If the store goes back to an older state, who leads there is told. As with
   * locks, the leader of a longer name, such as `svc/eu`, is none of `svc`.
   */
  observe(
    name: Key,
    options?: ObserveOptions,
  ): AsyncIterableIterator<KeyValue>;
  /** Ends it and all it holds. Idempotent. */
  close(): Promise<void>;
}
