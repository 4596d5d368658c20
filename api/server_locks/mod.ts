/**
 * The server's own services for locks and elections.
 *
 * @module
 */
export { ElectionFacet } from "./election.ts";
export type {
  CampaignResult,
  ElectionService,
  LeaderKey,
  ObserveOptions,
} from "./election_types.ts";
export { LockFacet } from "./lock.ts";
export type { LockService, ServerLock, TurnOptions } from "./lock_types.ts";
