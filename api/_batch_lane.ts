import { callAlone, sendAlone, sendTogether } from "./_batch_request.ts";
import { BatchedCall, type BatchedCallInit } from "./_batched_call.ts";
import type { Caller } from "./caller.ts";

/** How much one request carries. */
export interface BatchLimits {
  /** Operations; less where the server takes less. */
  operations: number;
  /** Bytes of keys and values; less where the server takes less. */
  bytes: number;
  /** Requests at once. */
  readonly inFlight: number;
}

/** A request in flight. */
interface Slot {
  readonly startedAt: number;
}

// Within this, the error of the request, which knows more, comes first.
const EXPIRY_SLACK_MS = 20;
// After this a request does not keep others waiting any more: the member it
// went to may be silent where others are not.
const SLOW_MS = 100;

/**
 * Calls of one kind. A call that finds nothing in flight goes at once, as it
 * is. Those that arrive meanwhile wait, and go together in one transaction.
 */
export class BatchLane {
  readonly #caller: Caller;
  readonly #limits: BatchLimits;
  /** Requests in flight that others wait for, the oldest first. */
  readonly #slots = new Set<Slot>();
  /** Keys that are being written: the next write to one waits. */
  readonly #writing = new Set<string>();
  readonly #sent = new Set<BatchedCall>();
  #waiting: BatchedCall[] = [];
  #flushing = false;
  #nextDeadlineAt = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;

  constructor(caller: Caller, limits: BatchLimits) {
    this.#caller = caller;
    this.#limits = limits;
  }

  /** Makes a call, alone or with others. */
  async run(init: BatchedCallInit): Promise<unknown> {
    if (this.#slots.size === 0 && this.#waiting.length === 0) {
      return await this.#occupied(
        init.writes === undefined ? [] : [init.writes],
        () => callAlone(this.#caller, init, init.timeoutMs),
      );
    }
    const call = new BatchedCall(init);
    this.#waiting.push(call);
    this.#expect(call);
    // Calls of the same turn of the event loop go together.
    if (!this.#flushing) {
      this.#flushing = true;
      queueMicrotask(() => {
        this.#flushing = false;
        this.#flush();
      });
    }
    return await call.answer;
  }

  #flush(): void {
    while (this.#slots.size < this.#limits.inFlight) {
      const batch = this.#take();
      if (batch.length === 0) break;
      this.#start(batch);
    }
    this.#arm();
  }

  /** Takes what may go in one request off those that wait. */
  #take(): BatchedCall[] {
    const batch: BatchedCall[] = [];
    const kept: BatchedCall[] = [];
    const passedOver = new Set<string>();
    let bytes = 0;
    let at = 0;
    for (; at < this.#waiting.length; at++) {
      const call = this.#waiting[at];
      if (call === undefined || call.settled) continue;
      if (
        batch.length >= this.#limits.operations ||
        (batch.length > 0 && bytes + call.bytes > this.#limits.bytes)
      ) break;
      const { writes: key } = call;
      if (key !== undefined) {
        if (this.#writing.has(key) || passedOver.has(key)) {
          passedOver.add(key);
          kept.push(call);
          continue;
        }
        this.#writing.add(key);
      }
      batch.push(call);
      bytes += call.bytes;
    }
    this.#waiting = [...kept, ...this.#waiting.slice(at)];
    return batch;
  }

  async #start(batch: readonly BatchedCall[]): Promise<void> {
    const keys = batch.map(({ writes }) => writes)
      .filter((key) => key !== undefined);
    await this.#occupied(keys, async () => {
      const [only] = batch;
      if (batch.length === 1 && only !== undefined) {
        await sendAlone(this.#caller, only);
      } else {
        await this.#together(batch);
      }
    });
  }

  /** Does some work that takes one of the places in flight. */
  async #occupied<T>(
    keys: readonly string[],
    work: () => Promise<T>,
  ): Promise<T> {
    const slot = { startedAt: performance.now() };
    this.#slots.add(slot);
    for (const key of keys) this.#writing.add(key);
    try {
      return await work();
    } finally {
      for (const key of keys) this.#writing.delete(key);
      this.#slots.delete(slot);
      this.#flush();
    }
  }

  async #together(batch: readonly BatchedCall[]): Promise<void> {
    for (const call of batch) this.#sent.add(call);
    const refused = await sendTogether(this.#caller, batch);
    for (const call of batch) this.#sent.delete(call);
    if (refused === undefined) return;
    if (refused === "too_many_operations") {
      this.#limits.operations = Math.max(Math.floor(batch.length / 2), 1);
    } else {
      this.#limits.bytes = Math.max(Math.floor(this.#limits.bytes / 2), 1);
    }
    this.#waiting.unshift(...batch);
  }

  #expect({ deadlineAt }: BatchedCall): void {
    this.#nextDeadlineAt = Math.min(this.#nextDeadlineAt, deadlineAt);
  }

  /** Sets the timer to when there is something to do that no answer brings. */
  #arm(): void {
    if (this.#waiting.length === 0 && this.#sent.size === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#timerAt = Infinity;
      this.#nextDeadlineAt = Infinity;
      return;
    }
    const [oldest] = this.#slots;
    const slowAt = this.#waiting.length > 0 && oldest !== undefined
      ? oldest.startedAt + SLOW_MS
      : Infinity;
    const at = Math.min(slowAt, this.#nextDeadlineAt + EXPIRY_SLACK_MS);
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.#onTimer(), at - performance.now());
  }

  #onTimer(): void {
    this.#timerAt = Infinity;
    const now = performance.now();
    this.#nextDeadlineAt = Infinity;
    for (const call of [...this.#waiting, ...this.#sent]) {
      if (call.settled) continue;
      if (call.deadlineAt + EXPIRY_SLACK_MS <= now) call.expire();
      else this.#expect(call);
    }
    for (const slot of this.#slots) {
      if (slot.startedAt + SLOW_MS > now) break;
      this.#slots.delete(slot);
    }
    this.#flush();
  }
}
