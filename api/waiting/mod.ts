/**
 * Waiting: with a signal, a deadline, a mutex, in slices of time.
 *
 * @module
 */
export { abortable, untilAborted } from "./_abortable.ts";
export { KeyedMutex } from "./_keyed_mutex.ts";
export { pause } from "./_pause.ts";
export { runAt } from "./_run_at.ts";
export { inTimeSlices, MANY_KEYS } from "./_time_slices.ts";
export { withDeadline, type WorkContext } from "./_with_deadline.ts";
