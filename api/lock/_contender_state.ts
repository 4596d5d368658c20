import type { DelayedDuplicates } from "./_delayed_duplicates.ts";
import type { Lease } from "../lease/mod.ts";
import type { QueueEntry } from "./_queue_entry.ts";
import type { QueueKeys } from "./_keys.ts";

/** The parts that the contenders of a session share. */
export interface ContenderParts {
  readonly keys: QueueKeys;
  readonly lease: Lease;
  readonly duplicates: DelayedDuplicates;
}

/** Whether a contender is in the queue. */
export type ContenderState =
  | { readonly kind: "outside" }
  /** The entry was sent, and nobody knows yet what became of it. */
  | { readonly kind: "in_doubt" }
  | { readonly kind: "queued"; readonly entry: QueueEntry };
