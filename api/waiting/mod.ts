/**
 * Waiting: with a signal, a deadline, a mutex, in slices of time. Also the clock
 * and the listeners for those that may import nothing below.
 *
 * @module
 */
export { guardedListener } from "../../balancers/pool/mod.ts";
export {
  type Clock,
  onAbort,
  SYSTEM_CLOCK,
} from "../../balancers/transport/mod.ts";
export { abortable, untilAborted } from "./_abortable.ts";
export { KeyedMutex } from "./_keyed_mutex.ts";
export { pause } from "./_pause.ts";
export { runAt } from "./_run_at.ts";
export { inTimeSlices, MANY_KEYS } from "./_time_slices.ts";
export {
  type DeadlineOptions,
  withDeadline,
  type WorkContext,
} from "./_with_deadline.ts";
