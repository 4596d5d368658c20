/**
 * Semaphores: permits of which so many are held at once.
 *
 * @module
 */
export { semaphore } from "./semaphore.ts";
export type { Permit, Semaphore, SemaphoreOptions } from "./types.ts";
