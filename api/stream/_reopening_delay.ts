import type { Clock } from "../../balancers/transport/mod.ts";
import { backoffMs, type BackoffPolicy } from "../../errors/backoff.ts";

/** Between attempts to open a stream again. */
export const STREAM_BACKOFF: BackoffPolicy = {
  initialMs: 50,
  multiplier: 2,
  maxMs: 1_000,
  jitter: 0.2,
};

/** A stream that ends sooner counts as a failed attempt to open one. */
export const SHORT_LIFE_MS = 1_000;

/** Opens a stream again after it has ended: at once, then ever less often. */
export class Reopening {
  readonly #clock: Clock;
  readonly #open: () => void;
  #failures = 0;
  #openedAt = 0;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, open: () => void) {
    this.#clock = clock;
    this.#open = open;
  }

  /** Whether it is going to be opened. */
  get pending(): boolean {
    return this.#cancel !== undefined;
  }

  /** The stream is open. */
  opened(): void {
    this.#openedAt = this.#clock.now();
  }

  /** The stream has ended. The wait keeps the process alive. */
  begin(): void {
    const clock = this.#clock;
    if (clock.now() - this.#openedAt >= SHORT_LIFE_MS) this.#failures = 0;
    // The first time at once: the strategy may have another member.
    const waitMs = this.#failures === 0
      ? 0
      : backoffMs(STREAM_BACKOFF, this.#failures, clock.random);
    this.#failures++;
    this.#cancel?.();
    this.#cancel = clock.hold(waitMs, () => {
      this.#cancel = undefined;
      this.#open();
    });
  }

  /** No stream is wanted any more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#failures = 0;
  }
}
