import type { LeaseState } from "./types.ts";

/** A lease that is relied on here. */
export interface HeldLease {
  readonly id: bigint;
  readonly ttlSeconds: number;
  /** When its time began to run, by the clock. */
  readonly grantedAt: number;
}

/** Whether it is renewed; the stream knows how that goes. */
export type RenewalState =
  | Extract<LeaseState, { readonly kind: "idle" | "ended" }>
  | { readonly kind: "renewing" };
