import type { Bytes, Key, ResponseHeader } from "../values/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import type { LeaseRef } from "../checks/mod.ts";

/** Options of a call that waits for its turn on the server. */
export interface TurnOptions extends CallOptions {
  /** The lease, or its id, that the turn or place in the queue ends with. */
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
  /** The key that exists as long as the lock is held; it unlocks it. */
  readonly key: Bytes;
}

/**
 * The lock service of the server: one call waits and returns with the lock.
 *
 * {@linkcode Session.lock} is the better choice unless something else needs
 * this service: it survives the loss of a connection while it waits, tells
 * when the lock is lost, and its late unlock cannot hit a newer lock. Both
 * wait in the same queue, as do `etcdctl lock` and Go's client. But the server
 * waits for every key below the name, `jobs/7` and its locks for `jobs`, where
 * a session waits for those alone that are places in the queue.
 */
export interface LockService {
  /**
   * Waits for a lock. It has no time limit unless one is given. Under a lease
   * that has the lock already, it is the same lock.
   *
   * When it is aborted or out of time, the server leaves the queue. When the
   * connection is lost, the error says `maybeCommitted`: the lock may be had,
   * or about to be given back by the member. End the lease to be sure, and
   * ask again under another one.
   *
   * The server does not renew the lease, and a lease that ends while it waits
   * is told only when its turn comes; etcd 3.4 does not tell it even then, and
   * answers with a key that does not exist. Watch over {@linkcode Lease.signal}:
   * a lock that is lost later is told nowhere else.
   *
   * @throws {LeaseNotFoundError} If there is no such lease.
   * @throws {LockLostError} If the lease has ended when its turn comes.
   */
  lock(name: Key, options: TurnOptions): Promise<ServerLock>;
  /**
   * Deletes the key of a lock, whoever holds it: later than the lease it
   * belongs to, it does nothing.
   *
   * The key tells no two locks of one lease apart. So it is sent once: when
   * the connection is lost, the error says `maybeCommitted`, and the lock may
   * be given back now, or later, by a member that stands still meanwhile.
   * Until the lease has ended, lock again under another one.
   */
  unlock(
    key: Key,
    options?: CallOptions,
  ): Promise<{ readonly header: ResponseHeader }>;
}
