// A call is late beyond this many deviations from the mean: seldom enough for
// hedges of less than one in a thousand on a busy machine.
const DEVIATIONS = 8;
// Nobody waits longer than this for a sign of life.
const LATE_MOST_MS = 2_000;
// What takes this long as a rule waits for something: it is no sign of a fault.
const LONG_MS = 500;
// How fast it learns: the last eight or so count.
const GAIN = 1 / 8;

/** The time that something of one kind has taken, and what is late of it. */
export class History {
  readonly #floorMs: number;
  #mean: number | undefined;
  #deviation = 0;
  #lateMs: number;

  /** Begins with nothing, and takes what is longer than the floor for late. */
  constructor(floorMs: number) {
    this.#floorMs = floorMs;
    this.#lateMs = floorMs;
  }

  /** The time after which it is late; `Infinity`: it is long by its history. */
  get lateMs(): number {
    return this.#lateMs;
  }

  /** The time after which it is late, if that is to be known in any case. */
  get limitMs(): number {
    return Math.min(this.#lateMs, LATE_MOST_MS);
  }

  /** Adds one that came to a good end. */
  learn(durationMs: number): void {
    // One that stands out, as after an outage, at most doubles the limit.
    const took = Math.min(durationMs, 2 * this.limitMs);
    if (this.#mean === undefined) {
      this.#mean = took;
      this.#deviation = took / 2;
    } else {
      const off = took - this.#mean;
      this.#mean += off * GAIN;
      this.#deviation += (Math.abs(off) - this.#deviation) * GAIN;
    }
    const late = this.#mean + DEVIATIONS * this.#deviation;
    this.#lateMs = this.#mean > LONG_MS
      ? Infinity
      : Math.min(Math.max(late, this.#floorMs), LATE_MOST_MS);
  }
}
