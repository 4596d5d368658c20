/**
 * Leases and their renewal.
 *
 * @module
 */
export { askIfEnded, leaseEnd, lossOf } from "./_end.ts";
export { LeaseHandle } from "./_handle.ts";
export { LeaseFacet } from "./lease.ts";
export type {
  GrantOptions,
  Lease,
  LeaseKeepAliveOptions,
  LeaseRenewal,
  Leases,
  LeaseState,
  TimeToLive,
  TimeToLiveOptions,
} from "./types.ts";
