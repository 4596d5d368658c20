import type { CellHead } from "./_compare_result.ts";

/** What a cell takes apart from calls that run into their timeout. */
const BASE_SECONDS = 0.4;
/** Timeouts a strategy that is stuck, or hits every third call, runs into. */
const TIMEOUTS = { "all": 8, "every third": 10 } as const;
/** How much the guess weighs against what has been measured, in seconds. */
const GUESS_WEIGHT = 5;

/**
 * Guesses how long a run still takes. Nearly all of the time goes into calls
 * that time out, and the expectations say how many those are; what the cells
 * before have taken corrects the guess.
 */
export class TimeEstimate {
  readonly #callTimeoutMs: number;
  #guessed = GUESS_WEIGHT;
  #taken = GUESS_WEIGHT;

  constructor(callTimeoutMs: number) {
    this.#callTimeoutMs = callTimeoutMs;
  }

  /** A cell has ended after so many seconds. */
  learn(head: CellHead, seconds: number): void {
    this.#guessed += this.#guess(head);
    this.#taken += seconds;
  }

  /** Seconds for the first of the cells, which has run for a while, and all. */
  secondsLeft(cells: readonly CellHead[], runningSeconds: number): number {
    const [first = 0, ...others] = cells.map((head) =>
      this.#guess(head) * this.#taken / this.#guessed
    );
    return others.reduce(
      (sum, seconds) => sum + seconds,
      Math.max(first - runningSeconds, 0),
    );
  }

  #guess({ expectation }: CellHead): number {
    const failed = expectation?.ours.failed ?? [0, 0];
    const timeouts = typeof failed === "string" ? TIMEOUTS[failed] : failed[0];
    return BASE_SECONDS + timeouts * this.#callTimeoutMs / 1_000;
  }
}
