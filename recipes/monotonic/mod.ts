/**
 * Monotonic reads: none goes back behind what was seen already.
 *
 * @module
 */
export { monotonic } from "./monotonic.ts";
export type { MonotonicKeyspace, MonotonicOptions } from "./types.ts";
