/**
 * 64-bit integers as the codec has them, and as `bigint`.
 *
 * No value goes through `number` as a whole: above 2^53 that loses digits. The
 * codec takes the halves only: it would encode a `bigint` as zero.
 */

/** The two halves of a 64-bit integer. */
export interface Int64 {
  /** Lower 32 bits; the sign does not matter. */
  readonly low: number;
  /** Upper 32 bits; the sign does not matter. */
  readonly high: number;
  /** Set by the codec on fields that are unsigned. */
  readonly unsigned?: boolean;
}

/** Zero, shared. */
export const ZERO: Int64 = Object.freeze({ low: 0, high: 0 });

// A view that reads the same 8 bytes as halves and as a whole is the quickest
// way between them; it is only used within one call.
const scratch = new DataView(new ArrayBuffer(8));

const SMALLEST: readonly bigint[] = Array.from({ length: 256 }, (_, at) => {
  return BigInt(at);
});

/** The value of a signed field, from -2^63 to 2^63 - 1. */
export function toBigInt(value: Int64): bigint {
  // Most numbers of a cluster are small.
  if (value.high === 0) return small(value.low);
  scratch.setInt32(0, value.high);
  scratch.setInt32(4, value.low);
  return scratch.getBigInt64(0);
}

/** The value of an unsigned field, from 0 to 2^64 - 1. */
export function toUnsignedBigInt(value: Int64): bigint {
  if (value.high === 0) return small(value.low);
  scratch.setInt32(0, value.high);
  scratch.setInt32(4, value.low);
  return scratch.getBigUint64(0);
}

/** The value of a lower half: no new one for most versions and leases. */
function small(low: number): bigint {
  return SMALLEST[low] ?? BigInt(low >>> 0);
}

/**
 * The halves of a value, signed or unsigned. Bits above the 64th are dropped,
 * so check the range of what a user gave before.
 */
export function fromBigInt(value: bigint): Int64 {
  scratch.setBigInt64(0, value);
  return { low: scratch.getInt32(4), high: scratch.getInt32(0) };
}
