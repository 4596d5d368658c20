import type { WorkContext } from "../../api/waiting/mod.ts";
import {
  LeaseNotFoundError,
  LockLostError,
} from "../../errors/specific_errors.ts";
import type { Place } from "./_place.ts";

/**
 * The reason of an error: if the key of a place is gone, its lease may have
 * ended, which the session may not know yet.
 */
export async function reasonOf(
  error: unknown,
  { place, context }: {
    readonly place: Place;
    readonly context: WorkContext;
  },
): Promise<unknown> {
  if (!(error instanceof LockLostError)) return error;
  try {
    await place.write({ if: [], then: [], else: [] }, context);
  } catch (failure) {
    if (failure instanceof LeaseNotFoundError) return failure;
  }
  return error;
}
