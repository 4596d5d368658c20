import type {
  Bytes,
  Comparison,
  LockOptions,
  PromptOptions,
  Session,
} from "../../mod.ts";

/** Options of a semaphore. */
export interface SemaphoreOptions {
  /**
   * The most permits that are held at once. All that use a name have to give the
   * same.
   */
  readonly limit: number;
  /**
   * The session that the permits end with. It stays yours to close.
   *
   * @default {one of its own, opened when it is first needed, and again when it
   * was lost}
   */
  readonly session?: Session | undefined;
  /**
   * The seconds after which permits are free again when this process is gone,
   * for a session of its own.
   *
   * @default {10}
   */
  readonly ttlSeconds?: number | undefined;
}

/**
 * A number of permits, of which each is held by one at a time. Made by
 * {@linkcode semaphore}.
 *
 * - Never more than `limit` hold a permit, as the server sees it. A holder that
 *   stood still may not know yet that it has lost its own: see
 *   {@linkcode Permit.guard}.
 * - Who waits gets a permit in the order of asking, across all processes.
 * - A holder that is gone is cleared when its session's time is over.
 * - A wait that ends leaves nothing in etcd.
 */
export interface Semaphore extends AsyncDisposable {
  /**
   * Waits for a permit. With a session of its own, the wait outlives the loss of
   * that, and goes on at the end of the queue.
   *
   * @throws {InvalidOptionError} If those that hold or wait for a permit gave
   * another limit.
   * @throws {LeaseLostError} If the session that was given has ended.
   * @throws {LockLostError} If somebody deletes its key in the queue.
   * @throws {TimeoutError} If `timeoutMs` is over.
   * @throws {CanceledError} If the semaphore is closed.
   */
  acquire(options?: LockOptions): Promise<Permit>;
  /**
   * Takes a permit if one is free; resolves to `undefined` if not. Throws as
   * {@linkcode Semaphore.acquire} does.
   */
  tryAcquire(options?: PromptOptions): Promise<Permit | undefined>;
  /** Gives all permits back, and ends all waits. Idempotent. */
  close(): Promise<void>;
}

/** A permit that is held, until it is lost or given back. */
export interface Permit extends AsyncDisposable {
  /** The key in etcd. */
  readonly key: Bytes;
  /**
   * The revision that made the key. It says who came first, and is no fence:
   * an older permit may still be held. Use {@linkcode Permit.guard}.
   */
  readonly revision: bigint;
  /**
   * Aborted when the permit is lost: with a `LeaseLostError` if the session has
   * ended, with a `LockLostError` if the key was deleted or the permit given
   * back.
   */
  readonly signal: AbortSignal;
  /**
   * True as long as the permit is held: a condition for the transactions that
   * need it, so that a late write is not done. Those of another keyspace than
   * that of the semaphore refuse it with an `InvalidOptionError`.
   */
  readonly guard: Comparison;
  /**
   * Gives the permit back. Idempotent. Goes on if the wait for it ends.
   *
   * @throws {TimeoutError} If `timeoutMs` is over.
   */
  release(options?: PromptOptions): Promise<void>;
}
