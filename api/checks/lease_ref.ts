/** A lease or its id: what a key, lock or leadership is to end with. */
export type LeaseRef = bigint | { readonly id: bigint };

/** The id of a lease where one is given; what is none as it is. */
export function leaseIdOf<T>(given: T | LeaseRef): T | bigint {
  if (typeof given !== "object" || given === null) return given;
  const { id } = given as Partial<Exclude<LeaseRef, bigint>>;
  return typeof id === "bigint" ? id : given as T;
}
