/**
 * Endpoints and their addresses.
 *
 * @module
 */
export { Names } from "./_names.ts";
export {
  distinct,
  joinAddress,
  type ListenAddress,
  makeTarget,
  namesOf,
  parseListenAddress,
  parseTargets,
  type Target,
} from "./_target.ts";
