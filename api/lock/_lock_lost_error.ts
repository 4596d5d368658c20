import { HistoryLostError } from "../../errors/history_lost_error.ts";
import { LockLostError } from "../../errors/specific_errors.ts";

/**
 * For an entry, and with it the lock, that was deleted by somebody else; or of
 * which, for that cause, nobody can tell whether it was.
 */
export function lockLostError(action: string, cause?: unknown): LockLostError {
  return new LockLostError(
    `Cannot ${action}: ${stateFor(cause)} (lock_lost)`,
    { code: "lock_lost", cause },
  );
}

/** For a key that is there, but of no lease or another one. */
export function notAttachedError(action: string): LockLostError {
  return new LockLostError(
    `Cannot ${action}: its key is not attached to its lease (lock_lost)`,
    { code: "lock_lost" },
  );
}

/**
 * For an entry that was the first, and is behind another one now: only a store
 * that was restored from an older snapshot can have that.
 */
export function notFirstError(action: string): LockLostError {
  return new LockLostError(
    `Cannot ${action}: another one is before it in the queue (lock_lost)`,
    { code: "lock_lost" },
  );
}

function stateFor(cause: unknown): string {
  if (cause === undefined) return "its key does not exist any more";
  return cause instanceof HistoryLostError
    ? "the store has gone back to an older state"
    : "it is not known whether its key still exists";
}
