import {
  encodeBytes,
  keyId,
  type KeyRange,
  type KeyValue,
  prefix,
} from "../values/mod.ts";
import type { RangeOptions } from "../kv/mod.ts";

/** A part of a queue that is read at once. */
export interface QueuePage {
  readonly limit: number;
  /** The revision of creation from which on the page is read, either way. */
  readonly from: bigint;
}

// The nearest key mostly is an entry; of those that are none there may be thousands.
const MORE_KEYS = 1_000;

// Without zeros in front, as Go's `%x` writes a lease; the sign comes first.
const LEASE_REGEXP = /^-?[1-9a-f][0-9a-f]{0,15}$/;

/**
 * The queue for a name. A key below the name is an entry if its last part, next to
 * the name, is the lease it is attached to, as Go writes it in hexadecimal.
 * Other keys have come there otherwise: they belong to longer names, such as
 * `jobs/7`, or are keys of the user's.
 */
export class Queue {
  /** All keys below the name. */
  readonly range: KeyRange;
  readonly #start: Uint8Array;
  readonly #startId: string;

  constructor(name: Uint8Array) {
    this.#start = Uint8Array.of(...name, ...encodeBytes("/"));
    this.#startId = keyId(this.#start);
    this.range = prefix(this.#start);
  }

  /** The key of a lease's entry. */
  keyOf(lease: bigint): Uint8Array {
    const digits = encodeBytes(lease.toString(16));
    return Uint8Array.of(...this.#start, ...digits);
  }

  /** The lease whose entry would have this key, if any would. */
  leaseOf(key: Uint8Array): bigint | undefined {
    const id = keyId(key);
    if (!id.startsWith(this.#startId)) return undefined;
    const part = id.slice(this.#startId.length);
    if (!LEASE_REGEXP.test(part)) return undefined;
    const negative = part.startsWith("-");
    const lease = BigInt(`0x${negative ? part.slice(1) : part}`);
    const signed = negative ? -lease : lease;
    return BigInt.asIntN(64, signed) === signed ? signed : undefined;
  }

  /** Whether a key, which was read with its value, is an entry of the queue. */
  readonly isEntry = (
    { key, lease }: Pick<KeyValue, "key" | "lease">,
  ): boolean => lease !== 0n && lease === this.leaseOf(key);
}

/** The key of a lease's entry in the queue for a name. */
export function entryKey(name: Uint8Array, lease: bigint): Uint8Array {
  return new Queue(name).keyOf(lease);
}

/** The options to read a page: without the values, except for the first. */
export function readPage(
  { limit }: QueuePage,
  order: "ascend" | "descend",
): RangeOptions {
  return { sortBy: "create", order, limit, keysOnly: limit > 1 };
}

/** The page behind one without an entry, if there is more. */
export function nextPage(
  kvs: readonly KeyValue[],
  limit: number,
): QueuePage | undefined {
  const last = kvs.at(-1);
  if (last === undefined || kvs.length < limit) return undefined;
  const from = last.createRevision;
  // One revision may have created more than fit on the page.
  const stuck = kvs[0]?.createRevision === from;
  return { limit: Math.max(stuck ? limit * 2 : 0, MORE_KEYS), from };
}
