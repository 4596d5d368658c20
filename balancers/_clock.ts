/** Time and randomness, passed in so that tests can set them. */
export interface Clock {
  /** A monotonic clock, in milliseconds. */
  now(): number;
  /** A number from 0 up to 1. */
  random(): number;
  /**
   * Runs `task` after `ms` milliseconds; returns what cancels it. It does not
   * keep the process alive.
   */
  schedule(ms: number, task: () => void): () => void;
  /** The same, and keeps the process alive: something is waiting for it. */
  hold(ms: number, task: () => void): () => void;
}

/** The real clock. */
export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  schedule(ms, task) {
    const timer = setTimeout(task, ms);
    Deno.unrefTimer(timer);
    return () => clearTimeout(timer);
  },
  hold(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};
