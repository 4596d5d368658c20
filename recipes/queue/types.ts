import type { Bytes, LockOptions, PromptOptions, Session } from "../../mod.ts";
import type { Codec } from "../codec/mod.ts";

/** Options of a queue. */
export interface QueueOptions<T> {
  /** The way from values to bytes and back, such as `json()`. */
  readonly codec: Codec<T>;
  /**
   * The session of the keys that lost answers are cleared up by. It stays yours to
   * close.
   *
   * @default {one of its own, opened when it is first needed, and again when it
   * was lost}
   */
  readonly session?: Session | undefined;
  /**
   * The seconds of a session of its own. When this process is gone, the next
   * consumer takes over the wait for items after this time.
   *
   * @default {10}
   */
  readonly ttlSeconds?: number | undefined;
}

/** An item of a queue. */
export interface QueueItem<T> {
  /** The value. */
  readonly value: T;
  /** The key that it has, or had, in etcd: no other item has the same at once. */
  readonly key: Bytes;
  /** The revision that made the key: items are taken in this order. */
  readonly revision: bigint;
}

/**
 * A queue: who enqueues and who dequeues may be many processes. Made by
 * {@linkcode queue}. It is an async iterable of items, which ends when the queue
 * is closed.
 *
 * - An item goes to one consumer, never to two.
 * - The oldest item is taken first, by the revision at which it was put.
 * - An item is put once, and is taken once, also if an answer was lost. If that
 *   cannot be known, the error has `maybeCommitted`.
 * - An item is in no queue any more once it was taken: if its consumer dies, it
 *   is lost.
 */
export interface Queue<T> extends AsyncIterable<QueueItem<T>>, AsyncDisposable {
  /**
   * Puts a value at the end of the queue.
   *
   * @throws {CodecError} If the codec does not accept the value.
   * @throws {TimeoutError} If `timeoutMs` is over. With `maybeCommitted` the
   * item may be in the queue, or come there once.
   * @throws {CanceledError} If the queue is closed.
   */
  enqueue(value: T, options?: PromptOptions): Promise<QueueItem<T>>;
  /**
   * Takes the oldest item; waits for one if there is none. Calls of one queue
   * object are served one after the other. A call that ends before the item
   * which it takes has come leaves that to the next call of this object.
   *
   * @throws {CodecError} If the codec does not accept the oldest item. It stays
   * in the queue, and this object goes past it from now on.
   * @throws {UnavailableError} If nobody can know any more whether an item was
   * taken by this call. It has `maybeCommitted`, and names the key.
   * @throws {LeaseLostError} If the session that was given has ended.
   * @throws {TimeoutError} If `timeoutMs` is over.
   * @throws {CanceledError} If the queue is closed.
   */
  dequeue(options?: LockOptions): Promise<QueueItem<T>>;
  /** Takes items one after the other, until the queue is closed. */
  items(options?: QueueItemsOptions): AsyncIterableIterator<QueueItem<T>>;
  /**
   * Ends all waits. An item that was taken for a call which had ended is put
   * back, at the end of the queue. Idempotent.
   *
   * @throws {EtcdError} If an item could not be put back, with its key.
   */
  close(): Promise<void>;
}

/** Options of an iteration over items. */
export interface QueueItemsOptions {
  /** Ends the iteration: it throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}
