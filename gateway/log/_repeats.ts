import type { Clock } from "../../balancers/transport/mod.ts";

/** A limit on how often one kind is told. */
export interface RepeatLimit {
  readonly everyMs: number;
  /** The number of times it may be told in that time. @default {1} */
  readonly times?: number;
}

interface Seen {
  sinceMs: number;
  told: number;
  /** The number that was left out since it was told last. */
  untold: number;
}

/** Leaves out repetitions, and counts them. */
export class Repeats {
  readonly #limit: RepeatLimit;
  readonly #clock: Pick<Clock, "now">;
  readonly #seen = new Map<string, Seen>();

  constructor(limit: RepeatLimit, clock: Pick<Clock, "now">) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** The number of its kind to tell of, with this one; 0: say nothing. */
  due(kind: string): number {
    const { everyMs, times = 1 } = this.#limit;
    const seen = this.#seen.get(kind) ??
      { sinceMs: -Infinity, told: 0, untold: 0 };
    this.#seen.set(kind, seen);
    seen.untold++;
    const nowMs = this.#clock.now();
    if (nowMs - seen.sinceMs >= everyMs) {
      seen.sinceMs = nowMs;
      seen.told = 0;
    }
    if (seen.told >= times) return 0;
    seen.told++;
    const count = seen.untold;
    seen.untold = 0;
    return count;
  }

  /** Takes a kind for one that has never been told. */
  forget(kind: string): void {
    this.#seen.delete(kind);
  }
}
