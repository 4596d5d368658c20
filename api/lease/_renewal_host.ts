import type { Timetable } from "./_timetable.ts";
import type { LeaseState } from "./types.ts";

/** The state of a stream of renewals. */
export type RenewingState = Extract<
  LeaseState,
  { readonly kind: "connecting" | "waiting" | "live" }
>;

/** The stream that renewals share, as one of them sees it. */
export interface RenewalHost<Renewal> {
  /** The reason why it was not answered for so long, as far as known. */
  lastError(renewal: Renewal, waitedMs: number): unknown;
  /** The state of the stream. */
  readonly state: RenewingState;
  /**
   * Tells this lease of the client's end from now on, renewed or not. Returns
   * the number of the newest request sent so far.
   */
  track(renewal: Renewal): number;
  /** Puts the lease on the stream. */
  add(renewal: Renewal): void;
  /** Takes it off, and forgets it. */
  remove(renewal: Renewal): void;
  /**
   * Renews a lease that is due, or replaces the stream. Returns when to look
   * again if there is no answer before. `lateMs` is how late this comes.
   */
  due(renewal: Renewal, lateMs: number): number;
  /** When to look whether to renew which lease. */
  readonly dues: Timetable<Renewal>;
  /** When to look whether which lease is lost. */
  readonly losses: Timetable<Renewal>;
  /** Whether there are so many that they must not be renewed all at once. */
  readonly crowded: boolean;
}
