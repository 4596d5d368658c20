import { type Clock, pause } from "../../api/waiting/mod.ts";
import type { BackoffPolicy } from "../../errors/backoff.ts";
import type { Watch, WatchState } from "../../mod.ts";

/** Between questions how far a watch is, while somebody waits for a revision. */
export const PROGRESS_BACKOFF: BackoffPolicy = {
  initialMs: 10,
  multiplier: 2,
  maxMs: 500,
  jitter: 0.2,
};

/**
 * The time in which a watch has caught up with the store: servers look after
 * those that have to every 100 ms. On 3.4.23 that is every new one.
 */
const CATCH_UP_MS = 250;

/**
 * The progress of a watch, with all events up to there taken. Servers before
 * 3.4.25 and 3.5.8 answer a question for it ahead of events (etcd#15220): ahead
 * of those that wait to be sent, and, where a watch has just started, ahead of all
 * that it has to catch up with.
 */
export class SureProgress {
  readonly #clock: Clock;
  /** Until then it may have to catch up, unless something has come. */
  #catchesUpUntilMs = 0;
  #asking: Promise<bigint> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note of a state of the watch. */
  show(state: WatchState): void {
    if (state.kind !== "live") return;
    this.#catchesUpUntilMs = this.#clock.now() + CATCH_UP_MS;
  }

  /** Takes note that something has come. */
  heard(): void {
    this.#catchesUpUntilMs = 0;
  }

  /**
   * Asks; resolves when all events up to the revision have been taken. Whoever
   * asks meanwhile is told the same: another's answer tells nothing.
   *
   * @throws {UnsupportedError} As {@linkcode Watch.requestProgress} does.
   */
  async ask(watch: Watch, signal: AbortSignal): Promise<bigint> {
    try {
      return await (this.#asking ??= this.#ask(watch, signal));
    } finally {
      this.#asking = undefined;
    }
  }

  async #ask(watch: Watch, signal: AbortSignal): Promise<bigint> {
    const clock = this.#clock;
    await watch.ready;
    const leftMs = this.#catchesUpUntilMs - clock.now();
    if (leftMs > 0) await pause(leftMs, { signal, clock });
    const revision = await watch.requestProgress();
    // The next answer is not ahead of what waited when this one was sent.
    await watch.requestProgress();
    // Events that came before are taken one after another, in microtasks.
    await pause(0, { signal, clock });
    return revision;
  }
}
