/** A lease or its id: a key, lock or leadership ends with it. */
export type LeaseRef = bigint | { readonly id: bigint };

/** The id of a lease; any other value is given back as it is. */
export function leaseIdOf<T>(given: T | LeaseRef): T | bigint {
  if (typeof given !== "object" || given === null) return given;
  const { id } = given as Partial<Exclude<LeaseRef, bigint>>;
  return typeof id === "bigint" ? id : given as T;
}
