import { LockLostError } from "../../errors/specific_errors.ts";

const STATE = {
  deleted: "its key does not exist any more",
  behind: "others are before it in the queue",
  unknown: "it is not known whether its key still exists",
  released: "it was given back",
} as const;

/** The error of something held, or of a place in the queue, that is lost. */
export function placeLostError(
  thing: string,
  { state = "deleted", cause }: {
    readonly state?: keyof typeof STATE;
    readonly cause?: unknown;
  } = {},
): LockLostError {
  return new LockLostError(
    `Cannot keep ${thing}: ${STATE[state]} (lock_lost)`,
    { code: "lock_lost", cause },
  );
}
