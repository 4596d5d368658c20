/**
 * The members: who is up, who is next, who is tried again.
 *
 * @module
 */
export { Fleet } from "./_fleet.ts";
export { LoopGuard } from "./_loop_guard.ts";
export { Upstream } from "./_upstream.ts";
