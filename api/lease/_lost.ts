import {
  type LeaseLossReason,
  LeaseLostError,
} from "../../errors/specific_errors.ts";

/** What is known of a lease that is lost. */
export interface LostLease {
  readonly id: bigint;
  /** For how long it was granted. */
  readonly ttlMs: number;
  /** How long ago it was last renewed. */
  readonly sinceMs: number;
  /** When that was. */
  readonly lastRenewal: Date;
  /** How long the event loop has stood still since. */
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

/** Why a lease cannot be relied on any more. */
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
