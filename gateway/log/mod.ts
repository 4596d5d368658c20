/**
 * The log of the command: events as lines, at most so many of a kind.
 *
 * @module
 */
export { createEventLog } from "./_event_log.ts";
export { parseGoDuration } from "./_go_duration.ts";
export { createLog, type Log } from "./_log.ts";
export { LogSink } from "./_log_sink.ts";
