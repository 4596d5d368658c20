/**
 * Calls over streams: a single message, or messages one after the other.
 *
 * @module
 */
export { Calls } from "./_calls.ts";
