import type { LockOptions, PromptOptions } from "../../mod.ts";
import type {
  QueueItem,
  QueueItemsOptions,
  QueueOptions,
} from "../items/mod.ts";

export type { QueueItem, QueueItemsOptions, QueueOptions };

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
