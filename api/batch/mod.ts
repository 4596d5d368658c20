/**
 * Calls made at once that share a request.
 *
 * @module
 */
export { BatchingCaller } from "./_batching_caller.ts";
export type { BatchMode } from "./mode.ts";
