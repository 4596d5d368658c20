import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import { fromBigInt, type Int64 } from "../../proto/int64.ts";
import { checkLease, checkObject } from "./_check.ts";
import type { LeaseRef } from "../lease/types.ts";

/** The id of a lease where one is given; what is none as it is. */
export function leaseIdOf<T>(given: T | LeaseRef): T | bigint {
  if (typeof given !== "object" || given === null) return given;
  const { id } = given as Partial<Exclude<LeaseRef, bigint>>;
  return typeof id === "bigint" ? id : given as T;
}

/** The lease of a request that the server would else make one for. */
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
