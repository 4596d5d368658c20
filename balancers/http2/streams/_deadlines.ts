import { type Clock, LONGEST_MS } from "../../transport/mod.ts";

/** Something that ends at a time, as the clock has it. */
export interface Timed {
  /** `Infinity` for never. */
  readonly deadlineAt: number;
}

/** The parts that {@linkcode Deadlines} is made of. */
export interface DeadlinesParts<T> {
  readonly clock: Clock;
  /** The calls that may run out of time. */
  readonly running: () => Iterable<T>;
  /** Ends one that has. */
  readonly expire: (timed: T) => void;
}

/** For each so many that run, a look at all of them may come 1 ms later. */
const LOOKED_AT_PER_MS = 1_000;

/**
 * Ends what is out of time, with one timer for all. It is set for the earliest
 * deadline; nearly always that one is over by then, and all that are left are
 * looked at for the next. So a call that ends in time costs a comparison.
 */
export class Deadlines<T extends Timed> {
  readonly #clock: Clock;
  readonly #running: () => Iterable<T>;
  readonly #expire: (timed: T) => void;
  #stopTimer: (() => void) | undefined;
  #timerAt = Infinity;

  constructor({ clock, running, expire }: DeadlinesParts<T>) {
    this.#clock = clock;
    this.#running = running;
    this.#expire = expire;
  }

  /** Something runs that has this deadline. */
  add(deadlineAt: number): void {
    if (deadlineAt < this.#timerAt) this.#set(deadlineAt, this.#clock.now());
  }

  /** Stops the timer, as nothing runs; it starts again with the next one. */
  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#timerAt = Infinity;
  }

  #set(at: number, now: number): void {
    this.#stopTimer?.();
    this.#timerAt = at;
    // Rounded up, so that nothing is early.
    const ms = Math.min(Math.max(Math.ceil(at - now), 0), LONGEST_MS);
    // What keeps the process alive is the connection.
    this.#stopTimer = this.#clock.schedule(ms, () => this.#look());
  }

  #look(): void {
    this.#stopTimer = undefined;
    this.#timerAt = Infinity;
    const now = this.#clock.now();
    let next = Infinity;
    let count = 0;
    const late: T[] = [];
    for (const timed of this.#running()) {
      count++;
      if (timed.deadlineAt <= now) late.push(timed);
      else if (timed.deadlineAt < next) next = timed.deadlineAt;
    }
    for (const timed of late) this.#expire(timed);
    if (next === Infinity) return;
    const at = Math.max(next, now + count / LOOKED_AT_PER_MS);
    if (at < this.#timerAt) this.#set(at, this.#clock.now());
  }
}

/** The value of `grpc-timeout`: at most eight digits and a unit. */
export function grpcTimeout(timeoutMs: number): string {
  const ms = Math.max(1, Math.ceil(timeoutMs));
  return ms < 1e8
    ? `${ms}m`
    : `${Math.min(Math.ceil(timeoutMs / 1_000), 99_999_999)}S`;
}
