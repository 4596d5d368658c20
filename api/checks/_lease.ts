import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import { fromBigInt, type Int64 } from "../../proto/int64.ts";
import { checkLease, checkObject } from "./_check.ts";
import { leaseIdOf, type LeaseRef } from "./lease_ref.ts";

/** The lease of a request that must have one: without, the server makes one. */
export function leaseField(options: { readonly lease: LeaseRef }): Int64 {
  checkObject("options", options);
  const lease = checkLease("lease", leaseIdOf(options.lease));
  if (lease === 0n) {
    throw new InvalidOptionError("lease", lease, {
      expected: "a lease, or the id of one",
    });
  }
  return fromBigInt(lease);
}
