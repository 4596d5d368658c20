/**
 * Update: a key changed by a function, once.
 *
 * @module
 */
export type {
  Change,
  CodecUpdateOptions,
  DoubtPolicy,
  UpdateOptions,
  UpdateResult,
} from "./types.ts";
export { type OwnDoubtPolicy, ownDoubtPolicy } from "./_doubt_policy.ts";
export { update } from "./update.ts";
