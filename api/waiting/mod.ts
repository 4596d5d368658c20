/**
 * Waiting: with a signal, a deadline, in turns.
 *
 * @module
 */
export { pause, untilAborted } from "./_abortable.ts";
export { Effort, endingWith, unlessAborted } from "./_with_deadline.ts";
export { inTurns, MANY } from "./_time_slices.ts";
export { LocalTurns } from "./_keyed_mutex.ts";
export { runAt } from "./_run_at.ts";
