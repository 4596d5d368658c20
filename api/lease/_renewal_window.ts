import TinyQueue from "tinyqueue";
import type { Clock } from "../../balancers/transport/mod.ts";

// How many requests may be unanswered. A member answers them one by one, and a
// follower asks the leader about each (1 000 to 5 000 a second, as measured):
// only while they wait here can an urgent one go first. So there are as many
// as are answered in about this time.
const ANSWER_MS = 500;
const FIRST_LIMIT = 1_000;
const LEAST_LIMIT = 100;
const MOST_LIMIT = 4_000;

// A timer that is later than this has waited for other work. The answers that
// came meanwhile are read after it.
const LATE_MS = 100;

/** A request for a renewal. */
export interface SentRequest {
  /** When it was sent, by the clock. */
  readonly atMs: number;
  /** The number of this request among all that were sent. */
  readonly order: number;
}

/** A lease that waits until fewer are unanswered. */
interface Waiting {
  readonly id: bigint;
  readonly lossAt: number;
}

/** The action for a lease whose renewal is due. */
export type Due =
  /** Do nothing before that time. */
  | { readonly action: "wait"; readonly untilMs: number }
  /** Replace the stream: it answers nobody any more. */
  | { readonly action: "replace the stream" };

/**
 * The renewals on one stream: which go first, how many are unanswered, and
 * whether the stream answers at all. A slow stream is not taken for a dead one,
 * as all its requests would be sent once more on the next one.
 */
export class RenewalWindow {
  readonly #clock: Clock;
  readonly #write: (id: bigint) => void;
  /** In the order in which they were sent. */
  readonly #sent = new Map<bigint, SentRequest>();
  #waiting = mostUrgentFirst();
  readonly #waits = new Set<bigint>();
  #limit = FIRST_LIMIT;
  #orders = 0;
  #answeredOrder = 0;
  #answeredAt = -Infinity;

  /** `write` sends a request. */
  constructor(clock: Clock, write: (id: bigint) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  /** Starts anew, on a stream on which nothing was sent yet. */
  reset(): void {
    this.#sent.clear();
    this.#waits.clear();
    this.#waiting = mostUrgentFirst();
    this.#answeredOrder = this.#orders;
    this.#answeredAt = -Infinity;
  }

  /** Sends a renewal, or lets it wait: the lease with least time goes first. */
  ask(id: bigint, lossAt: number): void {
    if (this.#sent.has(id) || this.#waits.has(id)) return;
    if (this.#sent.size < this.#limit) return this.#send(id);
    this.#waits.add(id);
    this.#waiting.push({ id, lossAt });
  }

  /** The number of the newest request. */
  get lastOrder(): number {
    return this.#orders;
  }

  /** The lease whose request is answered next. */
  get oldest(): bigint | undefined {
    return this.#sent.keys().next().value;
  }

  /** Takes note of an answer. Returns its request, if there was one. */
  answered(id: bigint): SentRequest | undefined {
    const sent = this.#sent.get(id);
    // An answer that was not asked for tells nothing about time.
    if (sent === undefined) return undefined;
    this.#sent.delete(id);
    this.#answeredAt = this.#clock.now();
    this.#limit = this.#answeredAt - sent.atMs > ANSWER_MS
      ? Math.max(this.#limit - 1, LEAST_LIMIT)
      : Math.min(this.#limit + 1, MOST_LIMIT);
    this.#answeredOrder = Math.max(this.#answeredOrder, sent.order);
    this.#fill();
    return sent;
  }

  /** Renews the lease no more. An answer to come still counts as one. */
  forget(id: bigint): void {
    this.#waits.delete(id);
  }

  /**
   * The action for a lease that is due, whose interval is this long. `lateMs`
   * is how late this is asked.
   */
  due(
    id: bigint,
    { lossAt, intervalMs, lateMs }: {
      readonly lossAt: number;
      readonly intervalMs: number;
      readonly lateMs: number;
    },
  ): Due {
    const now = this.#clock.now();
    const sent = this.#sent.get(id);
    if (sent === undefined) {
      // A late one does not judge the stream, and not soon again: many may wait.
      if (lateMs <= LATE_MS && this.#waitsInVain(id, now - intervalMs)) {
        return { action: "replace the stream" };
      }
      this.ask(id, lossAt);
      return wait(now + intervalMs);
    }
    // Answers come in the order of the requests: this one was lost.
    if (sent.order < this.#answeredOrder) {
      this.#sent.delete(id);
      this.#send(id);
      return wait(now + intervalMs);
    }
    if (lateMs > LATE_MS) return wait(now + Math.min(LATE_MS, intervalMs));
    const silentSince = Math.max(sent.atMs, this.#answeredAt);
    return now < silentSince + intervalMs
      ? wait(silentSince + intervalMs)
      : { action: "replace the stream" };
  }

  /** Whether it waits behind others, none of which is looked at or answered. */
  #waitsInVain(id: bigint, sinceMs: number): boolean {
    const oldest = this.#sent.values().next().value?.atMs ?? Infinity;
    return this.#waits.has(id) &&
      Math.max(oldest, this.#answeredAt) <= sinceMs;
  }

  #send(id: bigint): void {
    this.#sent.set(id, { atMs: this.#clock.now(), order: ++this.#orders });
    this.#write(id);
  }

  #fill(): void {
    while (this.#sent.size < this.#limit) {
      const next = this.#waiting.pop();
      if (next === undefined) return;
      if (this.#waits.delete(next.id)) this.#send(next.id);
    }
  }
}

function wait(untilMs: number): Due {
  return { action: "wait", untilMs };
}

function mostUrgentFirst(): TinyQueue<Waiting> {
  return new TinyQueue<Waiting>([], (one, other) => one.lossAt - other.lossAt);
}
