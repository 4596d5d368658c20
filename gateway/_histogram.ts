/** How many times were at most so long, as Prometheus counts them. */
export interface Bucket {
  /** The upper bound, in seconds. */
  readonly le: number;
  /** How many times were not above it. */
  readonly count: number;
}

/** A distribution of times. */
export interface Histogram {
  /** Cumulative, by upper bound in seconds. */
  readonly buckets: readonly Bucket[];
  /** All times together. */
  readonly sumSeconds: number;
  /** How many times there were. */
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

  /** Counts one. */
  add(ms: number): void {
    const seconds = ms / 1_000;
    const index = BOUNDS_SECONDS.findIndex((bound) => seconds <= bound);
    if (index >= 0) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sumSeconds += seconds;
    this.#count++;
  }

  /** What was collected. */
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
