import TinyQueue from "tinyqueue";
import type { BatchedCall } from "./_call.ts";

/** The writes to one key that wait, and whether one is on its way. */
class KeyQueue {
  busy = false;
  #calls: BatchedCall[] = [];
  #at = 0;

  get first(): BatchedCall | undefined {
    return this.#calls[this.#at];
  }

  add(call: BatchedCall): void {
    this.#calls.push(call);
  }

  addFirst(call: BatchedCall): void {
    if (this.#at > 0) this.#calls[--this.#at] = call;
    else this.#calls.unshift(call);
  }

  removeFirst(): void {
    if (++this.#at * 2 <= this.#calls.length) return;
    this.#calls = this.#calls.slice(this.#at);
    this.#at = 0;
  }

  [Symbol.iterator](): IterableIterator<BatchedCall> {
    return this.#calls.slice(this.#at).values();
  }
}

/**
 * The calls that wait to be sent together, in the order they came. Of the
 * writes to one key only the first may be taken, and only while none is on its
 * way: so they keep their order, and what waits behind one is not looked at
 * until that one is answered.
 */
export class WaitingCalls {
  /** The calls that may be taken, the oldest first. */
  readonly #ready = new TinyQueue<BatchedCall>(
    [],
    (one, other) => one.order - other.order,
  );
  readonly #keys = new Map<string, KeyQueue>();
  #size = 0;
  #added = 0;

  /** The number of waiting calls, even those that need no answer any more. */
  get size(): number {
    return this.#size;
  }

  /** Whether a write to this key waits or is on its way. */
  isWriting(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Adds a call behind all others. */
  add(call: BatchedCall): void {
    call.order = ++this.#added;
    this.#size++;
    const { writes } = call.init.operation;
    if (writes === undefined) return this.#ready.push(call);
    const queue = this.#queueOf(writes);
    queue.add(call);
    if (!queue.busy && queue.first === call) this.#ready.push(call);
  }

  /** Puts calls back that were taken, before those that came later. */
  putBack(calls: readonly BatchedCall[]): void {
    for (const call of calls) {
      this.#size++;
      const { writes } = call.init.operation;
      if (writes === undefined) this.#ready.push(call);
      // Its key is still on its way: it is ready when that is released.
      else this.#queueOf(writes).addFirst(call);
    }
  }

  /** Takes the oldest call that fits; what needs no answer is dropped. */
  take(fits: (call: BatchedCall) => boolean): BatchedCall | undefined {
    for (;;) {
      const call = this.#ready.peek();
      if (call === undefined) return undefined;
      if (!call.settled && !fits(call)) return undefined;
      this.#ready.pop();
      this.#size--;
      const { writes } = call.init.operation;
      if (writes !== undefined) {
        this.#queueOf(writes).removeFirst();
        this.occupy(writes);
      }
      if (!call.settled) return call;
      if (writes !== undefined) this.release(writes);
    }
  }

  /** A write to this key is on its way. */
  occupy(key: string): void {
    this.#queueOf(key).busy = true;
  }

  /** The write to this key has been answered, or is put back. */
  release(key: string): void {
    const queue = this.#queueOf(key);
    queue.busy = false;
    const { first } = queue;
    if (first === undefined) this.#keys.delete(key);
    else this.#ready.push(first);
  }

  /** All that wait, in no order. */
  *[Symbol.iterator](): IterableIterator<BatchedCall> {
    for (const call of this.#ready.data) {
      if (call.init.operation.writes === undefined) yield call;
    }
    for (const queue of this.#keys.values()) yield* queue;
  }

  #queueOf(key: string): KeyQueue {
    let queue = this.#keys.get(key);
    if (queue === undefined) this.#keys.set(key, queue = new KeyQueue());
    return queue;
  }
}
