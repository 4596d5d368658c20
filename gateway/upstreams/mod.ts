/**
 * The endpoints: which one is up, which is next, which is tried again.
 *
 * @module
 */
export { Fleet } from "./_fleet.ts";
export { Upstream } from "./_upstream.ts";
