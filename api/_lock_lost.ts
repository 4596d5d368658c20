import { LockLostError } from "../errors/specific_errors.ts";

/**
 * The place, and with it the lock, was deleted by somebody else; or for that
 * cause nobody can tell whether it was.
 */
export function lockLost(action: string, cause?: unknown): LockLostError {
  const state = cause === undefined
    ? "its key does not exist any more"
    : "it is not known whether its key still exists";
  return new LockLostError(`Cannot ${action}: ${state} (lock_lost)`, {
    code: "lock_lost",
    cause,
  });
}
