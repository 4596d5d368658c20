import { type Clock, pause } from "../../api/waiting/mod.ts";

/** The part of a clock that pacing needs. */
export type PacingClock = Pick<Clock, "now" | "random" | "hold">;

/** So many times a write is tried before a pause. */
const TRIES = 2;
const MOST_MS = 1_000;

/**
 * The pauses between the tries of one change.
 *
 * Of those that try at once, one gets on with each round trip. So a few have to
 * try at any time, and all others only take time from them. After a pause the
 * state is stale: what comes first only fetches the new one, and the second has
 * a chance. A pause is up to twice as long as all has taken so far, since that
 * grows with the number of those that are in the way. It is random, so that
 * nobody is in step.
 */
export class Pacing {
  readonly #clock: PacingClock;
  readonly #startedAt: number;
  #conflicts = 0;

  constructor(clock: PacingClock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /**
   * Waits before the next try, if it is time to let others pass. Resolves to
   * whether it has waited.
   */
  async afterConflict(signal: AbortSignal): Promise<boolean> {
    if (++this.#conflicts % TRIES !== 0) return false;
    const clock = this.#clock;
    const tookMs = clock.now() - this.#startedAt;
    const ms = Math.min(2 * tookMs, MOST_MS) * clock.random();
    await pause(ms, { signal, clock });
    return true;
  }
}
