/**
 * Watches: events in order, across reconnects.
 *
 * @module
 */
export { historyLostError } from "./_errors.ts";
export { WATCH } from "./_options.ts";
export type { ProgressOptions } from "./progress_options.ts";
export type {
  HeartbeatOptions,
  Watch,
  WatchBatch,
  WatchBufferOptions,
  WatchEvent,
  WatchOptions,
  WatchState,
} from "./types.ts";
export { WatchFacet } from "./watch.ts";
