import type { Clock } from "../../balancers/transport/mod.ts";
import { backoffMs, type BackoffPolicy } from "../../errors/backoff.ts";

/** Between attempts to open a stream again. */
const STREAM_BACKOFF: BackoffPolicy = {
  initialMs: 50,
  multiplier: 2,
  maxMs: 1_000,
  jitter: 0.2,
};

/** A stream that ends sooner counts as a failed attempt to open one. */
const SHORT_LIFE_MS = 1_000;

/** The wait before a stream is opened again: none, then ever longer. */
export class ReopeningDelay {
  readonly #clock: Pick<Clock, "now" | "random">;
  #failures = 0;
  #openedAt = 0;

  constructor(clock: Pick<Clock, "now" | "random">) {
    this.#clock = clock;
  }

  /** The stream is open. */
  opened(): void {
    this.#openedAt = this.#clock.now();
  }

  /** The stream has ended: the wait before the next one, in milliseconds. */
  nextMs(): number {
    const { random } = this.#clock;
    const lifeMs = this.#clock.now() - this.#openedAt;
    if (lifeMs >= SHORT_LIFE_MS) this.#failures = 0;
    const failures = this.#failures++;
    // The first time at once: the strategy may have another member.
    return failures === 0 ? 0 : backoffMs(STREAM_BACKOFF, failures, random);
  }

  /** No stream is wanted any more. */
  reset(): void {
    this.#failures = 0;
  }
}
