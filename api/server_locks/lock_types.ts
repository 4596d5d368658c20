import type { Bytes, Key, ResponseHeader } from "../values/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import type { LeaseRef } from "../checks/mod.ts";

/** Options of a call that waits in a queue on the server. */
export interface TurnOptions extends CallOptions {
  /** The lease, or its id: what is held, or the wait in the queue, ends with it. */
  readonly lease: LeaseRef;
  /**
   * The time to wait in milliseconds, `false` for no limit.
   *
   * @default {false}
   */
  readonly timeoutMs?: number | false | undefined;
}

/** A lock that the server keeps for a lease. */
export interface ServerLock {
  /** The answering member's header. */
  readonly header: ResponseHeader;
  /** The key that exists as long as the lock is held; `unlock` takes it. */
  readonly key: Bytes;
}

/**
 * The lock service of the server: one call waits and returns with the lock.
 *
 * {@linkcode Session.lock} is the better choice unless something else needs
 * this service. A session's wait survives the loss of a connection, its signal
 * tells when the lock is lost, and its unlock cannot hit a newer lock. Both
 * wait in the same queue, as do `etcdctl lock` and Go's client. But for a lock
 * on `jobs` the server waits for every key below that name, also for `jobs/7`
 * and its locks, where a session waits only for entries of this queue.
 *
 * @example
 * ```ts
 * import type { Client } from "@etcdeno/client";
 *
 * async function withLock(
 *   client: Client,
 *   work: (signal: AbortSignal) => Promise<void>,
 * ): Promise<void> {
 *   await using lease = await client.lease.grant(30);
 *   await lease.keepAlive();
 *   await client.lock.lock("jobs", { lease });
 *   // Given back as the lease is revoked.
 *   await work(lease.signal);
 * }
 * ```
 */
export interface LockService {
  /**
   * Waits for a lock, without a time limit unless `timeoutMs` is given. A lease
   * that has the lock already gets the same lock again.
   *
   * When the call is aborted or out of time, the server leaves the queue. When
   * the connection is lost, the error has `maybeCommitted`: the lease may have
   * the lock, or the member may be about to give it back. To be sure, end the
   * lease, and ask again under another one.
   *
   * The server does not renew the lease. Watch {@linkcode Lease.signal}, as
   * nothing else tells that the lock is lost. If the lease ends during the
   * wait, the call fails only when it is the lease's turn; etcd 3.4 does not
   * fail even then, and answers with a key that does not exist.
   *
   * @throws {LeaseNotFoundError} If there is no such lease.
   * @throws {LockLostError} If the lease has ended when its turn comes.
   */
  lock(name: Key, options: TurnOptions): Promise<ServerLock>;
  /**
   * Deletes the key of a lock, whoever holds it. Without effect once the lease
   * has ended.
   *
   * The key is the same for each lock of this name under one lease, so that a
   * late unlock would hit a later one. Therefore the call is sent once: when
   * the connection is lost, the error has `maybeCommitted`, and the lock may be
   * given back now, or later, by a member that stands still meanwhile. Until
   * the lease has ended, lock again under another one.
   *
   * @throws {InvalidOptionError} If the key comes from `lock` of another
   * keyspace, where it is short for another key.
   */
  unlock(
    key: Key,
    options?: CallOptions,
  ): Promise<{ readonly header: ResponseHeader }>;
}
