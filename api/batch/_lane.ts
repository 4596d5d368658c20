import type { Clock } from "../../balancers/transport/mod.ts";
import { callAlone, sendAlone, type SendParts, sendTogether } from "./_send.ts";
import { BatchedCall, type BatchedCallInit } from "./_call.ts";
import { WaitingCalls } from "./_waiting_calls.ts";

/** The most that one request carries. */
export interface BatchLimits {
  /** The number of operations; fewer where the server takes fewer. */
  operations: number;
  /** The bytes of keys and values; fewer where the server takes fewer. */
  bytes: number;
  /** The number of requests in flight at once. */
  readonly inFlight: number;
  /** The same number while enough calls wait to fill one more request. */
  readonly fullInFlight: number;
}

/** A lane's way to the server. */
export interface LaneOptions extends SendParts {
  /** Times the calls and requests. */
  readonly clock: Pick<Clock, "now" | "hold">;
  /** Lowered when the server takes less: other lanes share them. */
  readonly limits: BatchLimits;
}

/** The calls that go in one request. */
interface Batch {
  readonly calls: readonly BatchedCall[];
  /** The keys they write. */
  readonly keys: readonly string[];
}

/** A request in flight. */
interface Flight extends Batch {
  readonly startedAt: number;
  /** Whether other calls wait for its answer: not once it is slow. */
  pace: "awaited" | "slow";
}

// A call ends so long after its deadline. By then the request that carries it
// has ended, whose own error says more.
const EXPIRY_SLACK_MS = 20;

// A request that takes longer does not keep others waiting any more: its member
// may be silent where others are not.
const SLOW_MS = 100;

/**
 * Calls of one kind. A call that finds nothing in flight goes at once, as it
 * is. Calls that arrive meanwhile wait, and go together in one transaction.
 *
 * Requests in flight are kept in a list, not in a `Set` that lives as long as
 * the lane: V8 links the tables of a set that grows and shrinks, so calls that
 * were answered long ago would survive many garbage collections.
 */
export class BatchLane {
  readonly #options: LaneOptions;
  readonly #limits: BatchLimits;
  /** The requests in flight, the oldest first. */
  readonly #flights: Flight[] = [];
  readonly #waiting = new WaitingCalls();
  #flushing = false;
  #nextDeadlineAt = Infinity;
  #stopTimer = () => {};
  #timerAt = Infinity;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#limits = options.limits;
  }

  /** Makes a call, alone or with others. */
  run(init: BatchedCallInit): Promise<unknown> {
    const { writes } = init.operation;
    if (
      this.#waiting.size === 0 && this.#awaited() === 0 &&
      (writes === undefined || !this.#waiting.isWriting(writes))
    ) {
      const keys = writes === undefined ? [] : [writes];
      if (writes !== undefined) this.#waiting.occupy(writes);
      return this.#inFlight(
        { calls: [], keys },
        () => callAlone(this.#options.caller, init),
      );
    }
    const call = new BatchedCall(init, this.#options.clock.now());
    this.#waiting.add(call);
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

  /** The number of awaited requests that may be in flight. */
  #most(): number {
    const { operations, inFlight, fullInFlight } = this.#limits;
    return this.#waiting.size < operations ? inFlight : fullInFlight;
  }

  /** The number of requests in flight that other calls wait for. */
  #awaited(): number {
    return this.#flights.reduce(
      (sum, { pace }) => pace === "awaited" ? sum + 1 : sum,
      0,
    );
  }

  /** Takes the calls that may go in one request out of those that wait. */
  #take(): Batch {
    const calls: BatchedCall[] = [];
    const keys: string[] = [];
    let bytes = 0;
    const fits = ({ init: { operation } }: BatchedCall) =>
      calls.length < this.#limits.operations &&
      (calls.length === 0 || bytes + operation.bytes <= this.#limits.bytes);
    for (;;) {
      const call = this.#waiting.take(fits);
      if (call === undefined) return { calls, keys };
      const { writes, bytes: more } = call.init.operation;
      if (writes !== undefined) keys.push(writes);
      calls.push(call);
      bytes += more;
    }
  }

  #start(batch: Batch): Promise<void> {
    const { calls } = batch;
    const [only] = calls;
    return this.#inFlight(
      batch,
      calls.length === 1 && only !== undefined
        ? () => sendAlone(this.#options, only)
        : () => this.#together(calls),
    );
  }

  /** Makes a request that takes one of the places in flight. */
  async #inFlight<T>(
    { calls, keys }: Batch,
    work: () => Promise<T>,
  ): Promise<T> {
    const startedAt = this.#options.clock.now();
    const flight: Flight = { calls, keys, startedAt, pace: "awaited" };
    this.#flights.push(flight);
    try {
      return await work();
    } finally {
      this.#flights.splice(this.#flights.indexOf(flight), 1);
      for (const key of keys) this.#waiting.release(key);
      this.#flush();
    }
  }

  async #together(calls: readonly BatchedCall[]): Promise<void> {
    const refused = await sendTogether(this.#options, calls);
    if (refused === undefined) return;
    if (refused === "too_many_operations") {
      this.#limits.operations = Math.max(Math.floor(calls.length / 2), 1);
    } else {
      this.#limits.bytes = Math.max(Math.floor(this.#limits.bytes / 2), 1);
    }
    this.#waiting.putBack(calls);
  }

  #expect({ deadlineAt }: BatchedCall): void {
    this.#nextDeadlineAt = Math.min(this.#nextDeadlineAt, deadlineAt);
  }

  /** Sets the timer to the next time that matters without any answer. */
  #arm(): void {
    if (this.#waiting.size === 0 && this.#flights.length === 0) {
      this.#stopTimer();
      this.#timerAt = Infinity;
      this.#nextDeadlineAt = Infinity;
      return;
    }
    const oldest = this.#flights.find(({ pace }) => pace === "awaited");
    const slowAt = this.#waiting.size > 0 && oldest !== undefined
      ? oldest.startedAt + SLOW_MS
      : Infinity;
    const at = Math.min(slowAt, this.#nextDeadlineAt + EXPIRY_SLACK_MS);
    if (at >= this.#timerAt) return;
    this.#stopTimer();
    this.#timerAt = at;
    const { clock } = this.#options;
    this.#stopTimer = clock.hold(at - clock.now(), () => this.#onTimer());
  }

  #onTimer(): void {
    this.#timerAt = Infinity;
    const now = this.#options.clock.now();
    this.#nextDeadlineAt = Infinity;
    const flying = this.#flights.flatMap(({ calls }) => calls);
    for (const call of [...this.#waiting, ...flying]) {
      if (call.settled) continue;
      if (call.deadlineAt + EXPIRY_SLACK_MS <= now) call.expire();
      else this.#expect(call);
    }
    for (const flight of this.#flights) {
      if (flight.startedAt + SLOW_MS <= now) flight.pace = "slow";
    }
    this.#flush();
  }
}
