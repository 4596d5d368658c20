/**
 * Waiting until something is so.
 *
 * @module
 */
export { sleep, waitFor, type WaitOptions } from "./wait_for.ts";
