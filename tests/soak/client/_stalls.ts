/** How often {@linkcode Stalls.tick} is to be called. */
export const TICK_MS = 100;
/** A turn of the loop that takes longer is a fault, if it was at work. */
const LONG_MS = 1_000;
const AT_WORK = 0.7;

/** What stalls are measured by, in milliseconds. */
export interface StallClock {
  /** The time. */
  now(): number;
  /** The processor time that this process has used. */
  cpu(): number;
}

/**
 * Knows for how long the process stood still: on a machine with much to do a
 * call ends late for that, which is not the call's fault.
 */
export class Stalls {
  readonly #clock: StallClock;
  #tickMs: number;
  #cpuMs: number;
  #sumMs = 0;

  constructor(clock: StallClock) {
    this.#clock = clock;
    this.#tickMs = clock.now();
    this.#cpuMs = clock.cpu();
  }

  /** All stalls so far, with the one that may be going on. */
  get sumMs(): number {
    return this.#sumMs + this.#lateMs();
  }

  /** Takes note of the time; tells of a turn that its own work made long. */
  tick(): string | undefined {
    const lateMs = this.#lateMs();
    const workMs = this.#clock.cpu() - this.#cpuMs;
    this.#sumMs += lateMs;
    this.#tickMs = this.#clock.now();
    this.#cpuMs = this.#clock.cpu();
    return lateMs <= LONG_MS || workMs < lateMs * AT_WORK
      ? undefined
      : `the event loop was held up for ${lateMs.toFixed(0)} ms, with ` +
        `${workMs.toFixed(0)} ms of work`;
  }

  #lateMs(): number {
    const lateMs = this.#clock.now() - this.#tickMs - TICK_MS;
    return lateMs > TICK_MS ? lateMs : 0;
  }
}
