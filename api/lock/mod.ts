/**
 * Locks and leaderships: the queue that they wait in, and what is held.
 *
 * @module
 */
export { Contender } from "./_contender.ts";
export { DelayedDuplicates } from "./_delayed_duplicates.ts";
export { HeldLeadership } from "./_held_leadership.ts";
export {
  DEFAULT_TIMEOUT_MS,
  HeldLock,
  type HeldLockParts,
} from "./_held_lock.ts";
export { entryKey } from "./_queue.ts";
export { observeQueue } from "./_observe_queue.ts";
export type { QueueEntry } from "./_queue_entry.ts";
export type { QueueKeys } from "./_keys.ts";
export type {
  Leadership,
  LeadershipId,
  Lock,
  LockOptions,
  PromptOptions,
} from "./types.ts";
