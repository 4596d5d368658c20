import {
  type LeaseLossReason,
  LeaseLostError,
} from "../../errors/specific_errors.ts";

/** A lease that is lost, as far as known. */
export interface LostLease {
  readonly id: bigint;
  /** The time it was granted for. */
  readonly ttlMs: number;
  /** The time since it was last renewed. */
  readonly sinceMs: number;
  /** The date when that was. */
  readonly lastRenewal: Date;
  /** The longest time the event loop has stood still since. */
  readonly loopStallMs: number;
  readonly cause: unknown;
}

const TEXT: ReadonlyMap<LeaseLossReason, string> = new Map([
  ["expired", "it does not exist on the server"],
  ["not_renewed", "no renewal was answered in time"],
  ["revoked", "it was revoked"],
  ["orphaned", "it was orphaned, and is not renewed any more"],
  ["client_closed", "the client was closed"],
]);

/** The error of a lease that cannot be relied on any more. */
export function lostError(
  reason: LeaseLossReason,
  { id, ttlMs, sinceMs, lastRenewal, loopStallMs, cause }: LostLease,
): LeaseLostError {
  const stall = loopStallMs > ttlMs / 3
    ? `; the event loop stood still for ${Math.round(loopStallMs)} ms`
    : "";
  return new LeaseLostError(
    `Cannot keep the lease ${id}: ${
      TEXT.get(reason)
    }, last renewed ${sinceMs} ms ago${stall} (lease_lost)`,
    { reason, lastRenewal, loopStallMs, cause },
  );
}
