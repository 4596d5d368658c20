import {
  clearInterval,
  clearTimeout,
  setInterval,
  setTimeout,
} from "node:timers";

/** Time and randomness, passed in so that tests can set them. */
export interface Clock {
  /** A monotonic clock, in milliseconds. */
  now(): number;
  /** A number from 0 up to 1. */
  random(): number;
  /**
   * Runs `task` after `ms` milliseconds, at once if that is below zero, as it
   * is where the time has come while the process stood still; returns a
   * function that cancels it. The timer does not keep the process alive.
   */
  schedule(ms: number, task: () => void): () => void;
  /**
   * Runs `task` as `schedule` does, never if `ms` is `Infinity`, and keeps the
   * process alive until then: something is waiting for it.
   */
  hold(ms: number, task: () => void): () => void;
}

/** The longest time a timer can wait for, in milliseconds. */
export const LONGEST_MS = 2_147_483_647;

/** The real clock. */
export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  schedule(ms, task) {
    const timer = startTimer(ms, task);
    timer.unref();
    return () => clearTimeout(timer);
  },
  hold(ms, task) {
    if (ms > LONGEST_MS) {
      // A timer takes a time that is too long for none at all.
      const timer = setInterval(() => {}, LONGEST_MS);
      return () => clearInterval(timer);
    }
    const timer = startTimer(ms, task);
    return () => clearTimeout(timer);
  },
};

function startTimer(ms: number, task: () => void) {
  return setTimeout(task, Math.min(Math.max(ms, 0), LONGEST_MS));
}
