import { InvalidOptionError } from "../errors/invalid_option_error.ts";
import { fromBigInt, type Int64 } from "../proto/int64.ts";
import { checkLease, checkObject } from "./_checks.ts";

/** The lease of a request that the server would else make one for. */
export function leaseField(options: { readonly lease: bigint }): Int64 {
  checkObject("options", options);
  const { lease } = options;
  if (checkLease("lease", lease) === 0n) {
    throw new InvalidOptionError("lease", lease, {
      expected: "the id of a lease",
    });
  }
  return fromBigInt(lease);
}
