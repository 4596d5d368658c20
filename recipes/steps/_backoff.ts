import { backoffMs, type BackoffPolicy } from "../../errors/backoff.ts";
import { type Clock, pause, SYSTEM_CLOCK } from "../../api/waiting/mod.ts";

/** The part of a clock that a pause needs. */
export type PauseClock = Pick<Clock, "random" | "hold">;

/** The pauses of what is tried again after a failure. */
export const RETRY_BACKOFF: BackoffPolicy = {
  initialMs: 100,
  multiplier: 2,
  maxMs: 5_000,
  jitter: 0.5,
};

/** Pauses that grow from one to the next, varied so that nobody is in step. */
export class Backoff {
  readonly #policy: BackoffPolicy;
  readonly #clock: PauseClock;
  #pauses = 0;

  constructor(
    policy: BackoffPolicy = RETRY_BACKOFF,
    clock: PauseClock = SYSTEM_CLOCK,
  ) {
    this.#policy = policy;
    this.#clock = clock;
  }

  /** Waits, longer than the last time; the signal's reason ends that. */
  async pause(signal: AbortSignal | undefined): Promise<void> {
    const clock = this.#clock;
    const ms = backoffMs(this.#policy, ++this.#pauses, clock.random);
    await pause(ms, { signal, clock });
  }

  /** The next pause is as short as the first one was. */
  reset(): void {
    this.#pauses = 0;
  }
}
