import type { Leases } from "../lease/mod.ts";
import type { QueueKeys } from "../lock/mod.ts";

/** The part of a keyspace that a session needs. */
export interface SessionKeys extends QueueKeys {
  /** Leases. */
  readonly lease: Leases;
}
