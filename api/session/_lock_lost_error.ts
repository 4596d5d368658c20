import { HistoryLostError } from "../../errors/history_lost_error.ts";
import { LockLostError } from "../../errors/specific_errors.ts";

/**
 * The place, and with it the lock, was deleted by somebody else; or for that
 * cause nobody can tell whether it was.
 */
export function lockLost(action: string, cause?: unknown): LockLostError {
  return lostAs(stateFor(cause), action, cause);
}

/** Its key is there, but of no lease or another one: nobody else minds it. */
export function notAttached(action: string): LockLostError {
  return lostAs("its key is not attached to its lease", action);
}

/**
 * Another place stands before the one that was the first: only a store that
 * was restored from an older snapshot can have it.
 */
export function notFirst(action: string): LockLostError {
  return lostAs("another has come before it", action);
}

function stateFor(cause: unknown): string {
  if (cause === undefined) return "its key does not exist any more";
  return cause instanceof HistoryLostError
    ? "the store has gone back to an older state"
    : "it is not known whether its key still exists";
}

function lostAs(
  state: string,
  action: string,
  cause?: unknown,
): LockLostError {
  return new LockLostError(`Cannot ${action}: ${state} (lock_lost)`, {
    code: "lock_lost",
    cause,
  });
}
