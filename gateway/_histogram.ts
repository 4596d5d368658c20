/** A bucket of a histogram, as Prometheus counts: the times up to a bound. */
export interface Bucket {
  /** The upper bound, in seconds. */
  readonly le: number;
  /** The number of times that were not above the bound. */
  readonly count: number;
}

/** A distribution of times. */
export interface Histogram {
  /** Cumulative, by upper bound in seconds. */
  readonly buckets: readonly Bucket[];
  /** The sum of all times. */
  readonly sumSeconds: number;
  /** The number of times. */
  readonly count: number;
}

const BOUNDS_SECONDS: readonly number[] = [
  0.001,
  0.0025,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
];

/** Collects times. */
export class HistogramRecorder {
  readonly #counts: number[] = BOUNDS_SECONDS.map(() => 0);
  #sumSeconds = 0;
  #count = 0;

  /** Counts a time. */
  add(ms: number): void {
    const seconds = ms / 1_000;
    const index = BOUNDS_SECONDS.findIndex((bound) => seconds <= bound);
    if (index >= 0) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sumSeconds += seconds;
    this.#count++;
  }

  /** The histogram of the times so far. */
  read(): Histogram {
    let count = 0;
    return {
      buckets: BOUNDS_SECONDS.map((le, index) => ({
        le,
        count: count += this.#counts[index] ?? 0,
      })),
      sumSeconds: this.#sumSeconds,
      count: this.#count,
    };
  }
}
