import { LONGEST_MS } from "../../balancers/transport/mod.ts";
import { callAlone, sendAlone, sendTogether } from "./_send.ts";
import { BatchedCall, type BatchedCallInit } from "./_call.ts";
import type { Caller } from "../call/mod.ts";

/** How much one request carries. */
export interface BatchLimits {
  /** Operations; less where the server takes less. */
  operations: number;
  /** Bytes of keys and values; less where the server takes less. */
  bytes: number;
  /** Requests at once. */
  readonly inFlight: number;
  /** Requests at once while enough calls wait to fill one more. */
  readonly fullInFlight: number;
}

/** What goes in one request. */
interface Batch {
  readonly calls: readonly BatchedCall[];
  /** The keys it writes. */
  readonly keys: ReadonlySet<string>;
}

/** A request in flight. */
interface Flight extends Batch {
  readonly startedAt: number;
  /** Whether it has had its time: others do not wait for it any more. */
  slow: boolean;
}

const NO_KEYS: ReadonlySet<string> = new Set();

// Within this, the error of the request, which knows more, comes first.
const EXPIRY_SLACK_MS = 20;

// After this a request does not keep others waiting any more: the member it
// went to may be silent where others are not.
const SLOW_MS = 100;

/**
 * Calls of one kind. A call that finds nothing in flight goes at once, as it
 * is. Those that arrive meanwhile wait, and go together in one transaction.
 *
 * What is in flight is kept in lists and not in a `Set` that lives as long as
 * the lane: V8 links the tables of one that grows and shrinks, so that calls
 * long answered would survive many garbage collections.
 */
export class BatchLane {
  readonly #caller: Caller;
  readonly #limits: BatchLimits;
  /** The oldest first. */
  readonly #flights: Flight[] = [];
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
  run(init: BatchedCallInit): Promise<unknown> {
    const { writes } = init.operation;
    if (
      this.#waiting.length === 0 && this.#awaited() === 0 &&
      (writes === undefined || !this.#isWriting(writes))
    ) {
      const keys = writes === undefined ? NO_KEYS : new Set([writes]);
      return this.#inFlight(
        { calls: [], keys },
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
    return call.answer;
  }

  #flush(): void {
    while (this.#awaited() < this.#most()) {
      const batch = this.#take();
      if (batch.calls.length === 0) break;
      this.#start(batch);
    }
    this.#arm();
  }

  /** How many of them there may be. */
  #most(): number {
    const { operations, inFlight, fullInFlight } = this.#limits;
    return this.#waiting.length < operations ? inFlight : fullInFlight;
  }

  /** How many requests are in flight that others wait for. */
  #awaited(): number {
    return this.#flights.reduce((sum, { slow }) => slow ? sum : sum + 1, 0);
  }

  #isWriting(key: string): boolean {
    return this.#flights.some(({ keys }) => keys.has(key));
  }

  /** Takes what may go in one request off those that wait. */
  #take(): Batch {
    const calls: BatchedCall[] = [];
    const kept: BatchedCall[] = [];
    const keys = new Set<string>();
    const passedOver = new Set<string>();
    let bytes = 0;
    let at = 0;
    for (; at < this.#waiting.length; at++) {
      const call = this.#waiting[at];
      if (call === undefined || call.settled) continue;
      const { writes, bytes: more } = call.init.operation;
      if (
        calls.length >= this.#limits.operations ||
        (calls.length > 0 && bytes + more > this.#limits.bytes)
      ) break;
      if (writes !== undefined) {
        if (
          keys.has(writes) || passedOver.has(writes) || this.#isWriting(writes)
        ) {
          passedOver.add(writes);
          kept.push(call);
          continue;
        }
        keys.add(writes);
      }
      calls.push(call);
      bytes += more;
    }
    this.#waiting = [...kept, ...this.#waiting.slice(at)];
    return { calls, keys };
  }

  #start(batch: Batch): Promise<void> {
    const { calls } = batch;
    const [only] = calls;
    return this.#inFlight(
      batch,
      calls.length === 1 && only !== undefined
        ? () => sendAlone(this.#caller, only)
        : () => this.#together(calls),
    );
  }

  /** Does some work that takes one of the places in flight. */
  async #inFlight<T>(
    { calls, keys }: Batch,
    work: () => Promise<T>,
  ): Promise<T> {
    const startedAt = performance.now();
    const flight: Flight = { calls, keys, startedAt, slow: false };
    this.#flights.push(flight);
    try {
      return await work();
    } finally {
      this.#flights.splice(this.#flights.indexOf(flight), 1);
      this.#flush();
    }
  }

  async #together(calls: readonly BatchedCall[]): Promise<void> {
    const refused = await sendTogether(this.#caller, calls);
    if (refused === undefined) return;
    if (refused === "too_many_operations") {
      this.#limits.operations = Math.max(Math.floor(calls.length / 2), 1);
    } else {
      this.#limits.bytes = Math.max(Math.floor(this.#limits.bytes / 2), 1);
    }
    this.#waiting.unshift(...calls);
  }

  #expect({ deadlineAt }: BatchedCall): void {
    this.#nextDeadlineAt = Math.min(this.#nextDeadlineAt, deadlineAt);
  }

  /** Sets the timer to when there is something to do that no answer brings. */
  #arm(): void {
    if (this.#waiting.length === 0 && this.#flights.length === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#timerAt = Infinity;
      this.#nextDeadlineAt = Infinity;
      return;
    }
    const oldest = this.#flights.find(({ slow }) => !slow);
    const slowAt = this.#waiting.length > 0 && oldest !== undefined
      ? oldest.startedAt + SLOW_MS
      : Infinity;
    const at = Math.min(slowAt, this.#nextDeadlineAt + EXPIRY_SLACK_MS);
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    // It may be over by now, if other work kept the event loop busy.
    const waitMs = Math.min(Math.max(at - performance.now(), 0), LONGEST_MS);
    this.#timer = setTimeout(() => this.#onTimer(), waitMs);
  }

  #onTimer(): void {
    this.#timerAt = Infinity;
    const now = performance.now();
    this.#nextDeadlineAt = Infinity;
    const flying = this.#flights.flatMap(({ calls }) => calls);
    for (const call of [...this.#waiting, ...flying]) {
      if (call.settled) continue;
      if (call.deadlineAt + EXPIRY_SLACK_MS <= now) call.expire();
      else this.#expect(call);
    }
    for (const flight of this.#flights) {
      if (flight.startedAt + SLOW_MS <= now) flight.slow = true;
    }
    this.#flush();
  }
}
