import type { Scenario } from "../../../tests/scenarios/scenario.ts";
import type { CellHead } from "../result/mod.ts";

/** The seconds a cell takes apart from calls that run into their timeout. */
const BASE_SECONDS = 0.4;
/** Timeouts a strategy that is stuck, or hits every third call, runs into. */
const TIMEOUTS = { "all": 8, "every third": 10 } as const;
/** The weight of the guess against measured times, in seconds. */
const GUESS_WEIGHT = 5;

/** The facts about a cell that a guess is made of. */
export interface EstimatedCell {
  readonly head: Pick<CellHead, "expectation">;
  readonly scenario: Pick<Scenario, "seconds">;
}

/** A cell that has begun. */
export interface RunningCell {
  readonly turn: EstimatedCell;
  /** For how long it has run, in seconds. */
  readonly seconds: number;
}

/** The facts about the plan that an estimate needs. */
export interface EstimateOptions {
  readonly callTimeoutMs: number;
  /** The number of runs of each cell. @default {1} */
  readonly runs?: number;
  /** The number of cells that run at once. @default {1} */
  readonly jobs?: number;
}

/**
 * Guesses how long a run still takes. Nearly all of the time goes into calls
 * that time out, and the expectations say how many those are; the scenarios say
 * what they take besides, and what the cells before have taken corrects that.
 */
export class TimeEstimate {
  readonly #callTimeoutMs: number;
  readonly #runs: number;
  readonly #jobs: number;
  #guessed = GUESS_WEIGHT;
  #taken = GUESS_WEIGHT;

  constructor({ callTimeoutMs, runs = 1, jobs = 1 }: EstimateOptions) {
    this.#callTimeoutMs = callTimeoutMs;
    this.#runs = runs;
    this.#jobs = jobs;
  }

  /** A cell has ended after so many seconds. */
  learn(cell: EstimatedCell, seconds: number): void {
    this.#guessed += this.#guess(cell);
    this.#taken += seconds;
  }

  /** Seconds until the last of them ends. */
  secondsLeft(
    waiting: readonly EstimatedCell[],
    running: readonly RunningCell[] = [],
  ): number {
    const factor = this.#taken / this.#guessed;
    const seconds = [
      ...running.map(({ turn, seconds }) =>
        Math.max(this.#guess(turn) * factor - seconds, 0)
      ),
      ...waiting.map((cell) => this.#guess(cell) * factor),
    ];
    const sum = seconds.reduce((sum, seconds) => sum + seconds, 0);
    return Math.max(sum / this.#jobs, ...seconds);
  }

  #guess({ head, scenario }: EstimatedCell): number {
    const failed = head.expectation?.ours.failed ?? [0, 0];
    const timeouts = typeof failed === "string" ? TIMEOUTS[failed] : failed[0];
    const besides = Math.max(scenario.seconds ?? 0, BASE_SECONDS);
    return this.#runs * (besides + timeouts * this.#callTimeoutMs / 1_000);
  }
}
