/**
 * Wait: until a condition on keys holds.
 *
 * @module
 */
export type {
  CodecWaitForOptions,
  WaitCondition,
  WaitForOptions,
} from "./types.ts";
export { waitFor } from "./wait_for.ts";
