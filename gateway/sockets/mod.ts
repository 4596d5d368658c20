/**
 * Helpers for whatever holds a socket: closing, writing, waiting, timeouts, errors.
 *
 * @module
 */
export { LoopGuard } from "./_loop_guard.ts";
export { closeQuietly } from "./_close_quietly.ts";
export {
  isGoneError,
  isListenerError,
  isLocalError,
  isSourceError,
} from "./_system_errors.ts";
export { pause } from "./_pause.ts";
export { SharedTimers } from "./_shared_timers.ts";
export { abortLate, withTimeout } from "./_with_timeout.ts";
export { writeAll } from "./_write_all.ts";
