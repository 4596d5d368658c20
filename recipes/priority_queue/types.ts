import type { LockOptions, PromptOptions } from "../../mod.ts";
import type { QueueItem, QueueItemsOptions } from "../items/mod.ts";

/** An item of a priority queue. */
export interface PriorityQueueItem<T> extends QueueItem<T> {
  /** Items of a smaller number are taken first. */
  readonly priority: number;
}

/** Options of {@linkcode PriorityQueue.enqueue}. */
export interface PriorityEnqueueOptions extends PromptOptions {
  /** An integer from 0 to 65535: items of a smaller number are taken first. */
  readonly priority: number;
}

/**
 * A queue whose items have priorities: who enqueues and who dequeues may be many
 * processes. Made by {@linkcode priorityQueue}. It is an async iterable of items,
 * which ends when the queue is closed.
 *
 * - An item goes to one consumer, never to two.
 * - When an item is taken, there is none of a smaller number, and none of the same
 *   number that was put before it.
 * - An item is put once, and is taken once, also if an answer was lost. If that
 *   cannot be known, the error has `maybeCommitted`.
 * - An item is in no queue any more once it was taken: if its consumer dies, it
 *   is lost.
 */
export interface PriorityQueue<T>
  extends AsyncIterable<PriorityQueueItem<T>>, AsyncDisposable {
  /**
   * Puts a value behind those of its priority.
   *
   * @throws {InvalidOptionError} If there is no acceptable `priority`.
   * @throws {CodecError} If the codec does not accept the value.
   * @throws {TimeoutError} If `timeoutMs` is over. With `maybeCommitted` the
   * item may be in the queue, or come there once.
   * @throws {CanceledError} If the queue is closed.
   */
  enqueue(
    value: T,
    options: PriorityEnqueueOptions,
  ): Promise<PriorityQueueItem<T>>;
  /**
   * Takes the next item; waits for one if there is none. It is otherwise as
   * {@linkcode Queue.dequeue}.
   *
   * @throws {CodecError} If the codec does not accept the next item. It stays in
   * the queue, and this object goes past it from now on.
   * @throws {UnavailableError} If nobody can know any more whether an item was
   * taken by this call. It has `maybeCommitted`, and names the key.
   * @throws {LeaseLostError} If the session that was given has ended.
   * @throws {TimeoutError} If `timeoutMs` is over.
   * @throws {CanceledError} If the queue is closed.
   */
  dequeue(options?: LockOptions): Promise<PriorityQueueItem<T>>;
  /** Takes items one after the other, until the queue is closed. */
  items(
    options?: QueueItemsOptions,
  ): AsyncIterableIterator<PriorityQueueItem<T>>;
  /**
   * Ends all waits. An item that was taken for a call which had ended is put
   * back in its place. Idempotent.
   *
   * @throws {EtcdError} If an item could not be put back, with its key.
   */
  close(): Promise<void>;
}
