/** Bytes within bytes, and numbers in them, in network order. */

/** The bytes from `start` to `end`. */
export interface Octets {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The byte at `at`, which must be there. */
export function u8(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

/** The unsigned 24 bits at `at`. */
export function u24(bytes: Uint8Array, at: number): number {
  return u8(bytes, at) << 16 | u8(bytes, at + 1) << 8 | u8(bytes, at + 2);
}

/** The unsigned 32 bits at `at`. */
export function u32(bytes: Uint8Array, at: number): number {
  return (u8(bytes, at) << 24 | u24(bytes, at + 1)) >>> 0;
}

/** The same without the first bit, which is reserved where this is used. */
export function u31(bytes: Uint8Array, at: number): number {
  return u32(bytes, at) & 0x7fff_ffff;
}
