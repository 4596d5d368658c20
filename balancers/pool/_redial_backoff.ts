import {
  backoffMs,
  type BackoffPolicy,
  CONNECTION_BACKOFF,
} from "../../errors/backoff.ts";
import type { Clock } from "../transport/mod.ts";

// A connection that is lost again at once is not worth redialling without any
// wait: that would be a busy loop. One that lasted is redialled at once.
const SHORT_LIFE_MS = 1_000;
const SHORT_LIFE_BACKOFF: BackoffPolicy = {
  initialMs: 5,
  multiplier: 1.6,
  maxMs: 1_000,
  jitter: 0.2,
};

/** The wait before a connection is dialled again. */
export class RedialBackoff {
  readonly #random: Clock["random"];
  #failures = 0;
  #shortLives = 0;

  constructor({ random }: Pick<Clock, "random">) {
    this.#random = random;
  }

  /** The wait in milliseconds after a dial that has failed. */
  afterFailure(): number {
    this.#failures++;
    return backoffMs(CONNECTION_BACKOFF, this.#failures, this.#random);
  }

  /** The wait in milliseconds after a connection that was ready so long. */
  afterLoss(lifeMs: number): number {
    if (lifeMs >= SHORT_LIFE_MS) this.#shortLives = 0;
    const waitMs = this.#shortLives === 0
      ? 0
      : backoffMs(SHORT_LIFE_BACKOFF, this.#shortLives, this.#random);
    this.#shortLives++;
    return waitMs;
  }

  /** Forgets the dials that have failed. */
  forgetFailures(): void {
    this.#failures = 0;
  }
}
