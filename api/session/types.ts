import type { Key, KeyValue, Value } from "../values/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import type { LeaseRef } from "../checks/mod.ts";
import type { ObserveOptions } from "../server_locks/mod.ts";
import type { Lease } from "../lease/mod.ts";
import type {
  Leadership,
  LeadershipId,
  Lock,
  LockOptions,
  PromptOptions,
} from "../lock/mod.ts";

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
  /**
   * A lease that is there already, or its id, instead of a new one. The session
   * keeps it alive, and {@linkcode Session.close} revokes it, as if it were the
   * session's own. It has its time already, so `ttlSeconds` is refused.
   *
   * - What was locked or led under this lease is still there: `lock` and
   *   `campaign` go on at the place that the lease has in the queue, and
   *   {@linkcode Session.resume} takes only a leadership that has lasted.
   * - To etcd, two sessions over one lease are one: each would get what the
   *   other holds. A lease that another session of this client has is refused;
   *   of those of other clients, nobody can tell.
   * - Should the opening fail, a {@linkcode Lease} is as it was before; one that
   *   was given by its id is left to run out.
   *
   * @default {a lease of the session's own}
   */
  readonly lease?: LeaseRef | undefined;
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
   * Takes up a leadership again that was won under this session's lease: after
   * a restart, with a session over that lease and what was kept of the
   * leadership. Nobody else has led in between. etcd is asked whether that is
   * so; nothing is written. Without an answer in `timeoutMs`, or if this fails
   * in another way, the leadership is left as it is.
   *
   * @example After a restart
   * ```ts
   * import type { Client, LeadershipId } from "@etcdeno/client";
   *
   * async function goOn(client: Client, lease: bigint, kept: LeadershipId) {
   *   await using session = await client.session({ lease });
   *   await using leadership = await session.resume("svc", kept);
   *   await leadership.proclaim("10.0.0.8:80");
   * }
   * ```
   *
   * @throws {InvalidOptionError} If the key is not the one that this session's
   * lease has below this name.
   * @throws {LockLostError} If the leadership is over: its key is gone, was
   * created anew, is not attached to the lease, or is not the first any more.
   * @throws {LeaseLostError} If it has ended with its lease.
   * @throws {TimeoutError} If there is no answer in time, or this session leads
   * already, or waits to.
   */
  resume(
    name: Key,
    leadership: LeadershipId,
    options?: PromptOptions,
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
   * Ends the session: its lease is revoked, and with it all that it holds, also
   * if the lease was given. To leave it to others, orphan it first:
   * `session.lease.orphan()`. Idempotent.
   */
  close(): Promise<void>;
}
