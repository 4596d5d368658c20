import type { Lock, LockOptions, PromptOptions, Session } from "../../mod.ts";

/** Options of a read-write lock. */
export interface RwLockOptions {
  /**
   * The session that the locks end with. It stays yours to close.
   *
   * @default {one of its own, opened when it is first needed, and again when it
   * was lost}
   */
  readonly session?: Session | undefined;
  /**
   * The seconds after which locks are free again when this process is gone, for
   * a session of its own.
   *
   * @default {10}
   */
  readonly ttlSeconds?: number | undefined;
}

/**
 * A lock that many can hold for reading, or one for writing. Made by
 * {@linkcode rwLock}.
 *
 * - While one holds it for writing, nobody else holds it, as the server sees it.
 *   A holder that stood still may not know yet that it has lost its own: see
 *   {@linkcode Lock.guard}.
 * - It is given in the order of asking, across all processes, so that readers
 *   who keep coming do not keep a writer out.
 * - A holder that is gone is cleared when its session's time is over.
 * - A wait that ends leaves nothing in etcd.
 *
 * The locks are those of {@linkcode Session.lock} in all that one can do with
 * them. A {@linkcode Lock.revision} is higher than that of every writer before,
 * and that of a writer than those of all readers before.
 */
export interface RwLock extends AsyncDisposable {
  /**
   * Waits until nobody who came before has it for writing, or waits for that.
   * With a session of its own, the wait outlives the loss of that, and goes on at
   * the end of the queue.
   *
   * @throws {LeaseLostError} If the session that was given has ended.
   * @throws {LockLostError} If somebody deletes its key in the queue.
   * @throws {TimeoutError} If `timeoutMs` is over.
   * @throws {CanceledError} If the read-write lock is closed.
   */
  readLock(options?: LockOptions): Promise<Lock>;
  /**
   * Waits until nobody who came before has it, or waits for it. Throws as
   * {@linkcode RwLock.readLock} does.
   */
  writeLock(options?: LockOptions): Promise<Lock>;
  /**
   * Takes it for reading if that needs no wait; resolves to `undefined` if it
   * does. Throws as {@linkcode RwLock.readLock} does.
   */
  tryReadLock(options?: PromptOptions): Promise<Lock | undefined>;
  /** The same for writing. */
  tryWriteLock(options?: PromptOptions): Promise<Lock | undefined>;
  /** Gives all locks back, and ends all waits. Idempotent. */
  close(): Promise<void>;
}
