/**
 * Checks of arguments and options, before anything is sent.
 *
 * @module
 */
export {
  checkCount,
  checkHeaders,
  checkId,
  checkInt64,
  checkKnown,
  checkLease,
  checkMs,
  checkName,
  checkObject,
  checkOneOf,
  checkText,
  checkTimeoutMs,
} from "./_check.ts";
export {
  ANYTHING,
  CALL_OPTIONS,
  COUNT,
  FLAG,
  FUNCTION,
  LEASE,
  LIST,
  MEMBER_ID,
  oneOf,
  type OptionKinds,
  REVISION,
  SECRET,
  SIGNAL,
  TIMEOUT_MS,
  TRUE,
  WAIT_OPTIONS,
} from "./_kinds.ts";
export { leaseField } from "./_lease.ts";
export { checkOptions, Signature } from "./_signature.ts";
export { leaseIdOf, type LeaseRef } from "./lease_ref.ts";
