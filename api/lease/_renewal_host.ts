import type { LeaseState } from "./types.ts";

/** Where a stream of renewals stands. */
export type RenewingState = Extract<
  LeaseState,
  { readonly kind: "connecting" | "waiting" | "live" }
>;

/** What the renewals of a lease need of the stream they share. */
export interface RenewalHost<Renewal> {
  /** Why nothing has come for so long, as far as that is known. */
  lastError(waitedMs: number): unknown;
  /** Where the stream stands. */
  readonly state: RenewingState;
  /**
   * Knows of the lease from now on, renewed or not. Returns the number of the
   * newest request sent so far.
   */
  track(renewal: Renewal): number;
  /** Puts the lease on the stream. */
  add(renewal: Renewal): void;
  /** Takes it off, and forgets it. */
  remove(renewal: Renewal): void;
  /**
   * Does what a lease needs whose renewal is due; returns when it is due again
   * if it is not answered before. `lateMs` is how late this comes.
   */
  due(renewal: Renewal, lateMs: number): number;
  /** Whether there are so many that they must not be renewed all at once. */
  readonly crowded: boolean;
}
