/**
 * Endpoints and their addresses.
 *
 * @module
 */
export { Names } from "./_names.ts";
export {
  distinct,
  joinAddress,
  makeTarget,
  namesOf,
  parseTargets,
  type Target,
} from "./_target.ts";
