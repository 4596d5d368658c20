/**
 * Spans, measures and events of calls and streams.
 *
 * @module
 */
export { type Observation, observe } from "./_observation.ts";
