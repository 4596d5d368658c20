/**
 * Leader: a loop that leads whenever it can, and those who follow.
 *
 * @module
 */
export { lead } from "./lead.ts";
export { leader } from "./leader.ts";
export type {
  LeaderOptions,
  Leaders,
  Leading,
  LeadOptions,
  LeadState,
  PresentLeader,
} from "./types.ts";
