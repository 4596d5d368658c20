import type {
  Bytes,
  Comparison,
  LeaseRef,
  LockOptions,
  PromptOptions,
  Session,
} from "../../mod.ts";

/** Options of a barrier. */
export interface BarrierOptions {
  /**
   * The session of the keys that lost answers are cleared up by. It stays yours to
   * close.
   *
   * @default {one of its own, opened when it is first needed, and again when it
   * was lost}
   */
  readonly session?: Session | undefined;
  /**
   * The seconds of a session of its own.
   *
   * @default {10}
   */
  readonly ttlSeconds?: number | undefined;
}

/** Options of {@linkcode Barrier.hold}. */
export interface HoldOptions extends PromptOptions {
  /**
   * The lease that the barrier falls with, or its id, such as that of a session.
   *
   * @default {none: it stands until somebody releases it}
   */
  readonly lease?: LeaseRef | undefined;
}

/**
 * A barrier: while it is up, those who come wait. Made by {@linkcode barrier}.
 *
 * - Anybody may put it up, and anybody may release it.
 * - Who waits goes on as soon as the barrier it has met is released, also if it is
 *   put up again at once.
 * - A wait leaves nothing in etcd.
 */
export interface Barrier extends AsyncDisposable {
  /**
   * Puts the barrier up. Resolves to `false` if it is up already.
   *
   * @throws {LeaseNotFoundError} If there is no such `lease`.
   * @throws {UnavailableError} If nobody can know any more whether this call has
   * put it up. It has `maybeCommitted`.
   * @throws {LeaseLostError} If the session that was given has ended.
   * @throws {TimeoutError} If `timeoutMs` is over. With `maybeCommitted` the
   * barrier may be up, or go up once.
   * @throws {CanceledError} If the barrier object is closed.
   */
  hold(options?: HoldOptions): Promise<boolean>;
  /**
   * Releases the barrier that is up, whoever has put it up; does nothing if there
   * is none. A copy of the request that comes late does not release a later one.
   *
   * @throws {TimeoutError} If `timeoutMs` is over.
   * @throws {CanceledError} If the barrier object is closed.
   */
  release(options?: PromptOptions): Promise<void>;
  /**
   * Waits until the barrier is released; not at all if none is up.
   *
   * @throws {TimeoutError} If `timeoutMs` is over.
   * @throws {CanceledError} If the barrier object is closed.
   */
  wait(options?: LockOptions): Promise<void>;
  /** Ends all calls. What is up stays up. Idempotent. */
  close(): Promise<void>;
}

/** Options of a double barrier. */
export interface DoubleBarrierOptions {
  /** The number of those who meet. All that use a name have to give the same. */
  readonly count: number;
  /**
   * The session that those who have entered are present by. It stays yours to
   * close.
   *
   * @default {one of its own, opened when it is first needed, and again when it
   * was lost}
   */
  readonly session?: Session | undefined;
  /**
   * The seconds after which this process counts as gone when it is, for a
   * session of its own.
   *
   * @default {10}
   */
  readonly ttlSeconds?: number | undefined;
}

/**
 * A double barrier: so many begin together, and end together. Made by
 * {@linkcode doubleBarrier}.
 *
 * - Nobody has entered before `count` were there at once.
 * - Nobody has left before all that entered together have left, or are gone.
 * - Who is gone is cleared when its session's time is over.
 * - A wait that ends leaves nothing in etcd.
 */
export interface DoubleBarrier extends AsyncDisposable {
  /**
   * Waits until `count` are there. Those who are still inside from before are
   * not of them. With a session of its own, the wait outlives the loss of that.
   *
   * @throws {EtcdError} With the code `resource_exhausted` if `count` others are
   * there already, waiting or inside.
   * @throws {LeaseLostError} If the session that was given has ended.
   * @throws {LockLostError} If somebody deletes its key.
   * @throws {TimeoutError} If `timeoutMs` is over.
   * @throws {CanceledError} If the double barrier is closed.
   */
  enter(options?: LockOptions): Promise<Presence>;
  /** Leaves without waiting for the others, and ends all waits. Idempotent. */
  close(): Promise<void>;
}

/** One that has entered a double barrier, until it has left or is lost. */
export interface Presence extends AsyncDisposable {
  /** The key in etcd. */
  readonly key: Bytes;
  /** The revision that made the key. */
  readonly revision: bigint;
  /**
   * Aborted when it is not inside any more: with a `LeaseLostError` if the session
   * has ended, with a `LockLostError` if it leaves, or the key was deleted.
   */
  readonly signal: AbortSignal;
  /**
   * True as long as it is inside: a condition for transactions. Those of another
   * keyspace refuse it with an `InvalidOptionError`.
   */
  readonly guard: Comparison;
  /**
   * Leaves at once, and waits until all that entered with it have left, or are
   * gone. Disposal does the same; once the double barrier is closed, it waits for
   * nobody.
   *
   * @throws {TimeoutError} If `timeoutMs` is over. It has left all the same.
   * @throws {CanceledError} If the double barrier is closed.
   */
  leave(options?: LockOptions): Promise<void>;
}
