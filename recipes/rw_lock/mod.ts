/**
 * Read-write locks: any number of readers, or one writer.
 *
 * @module
 */
export { rwLock } from "./rw_lock.ts";
export type { RwLock, RwLockOptions } from "./types.ts";
