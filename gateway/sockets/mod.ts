/**
 * Helpers for whatever holds a socket: closing, writing, timeouts, errors.
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
export { withTimeout } from "./_with_timeout.ts";
export { writeAll } from "./_write_all.ts";
