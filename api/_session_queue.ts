import { keyId } from "./_key_id.ts";
import { encodeBytes } from "./bytes.ts";
import { type KeyRange, prefix } from "./keys.ts";
import type { KeyValue, ResponseHeader } from "./key_value.ts";
import type { RangeOptions, RangeResult } from "./kv_types.ts";

/** Reads a queue in the order of creation, and no values. */
export const BY_AGE: RangeOptions = {
  sortBy: "create",
  order: "ascend",
  keysOnly: true,
};

// The nearest key mostly counts; of those that do not there may be thousands.
const PAGE_KEYS = 1_000;

/** A part of a queue that is read at once. */
export interface QueuePage {
  readonly limit: number;
  /** The revision of creation from which on it is read, either way. */
  readonly from: bigint;
}

/** The first of a queue, if there is any. */
export interface FirstOfQueue {
  readonly header: ResponseHeader;
  readonly first: KeyValue | undefined;
  /** Whether its value was left out. */
  readonly keysOnly: boolean;
}

/**
 * The queue for a name. A key below the name counts if its last part, next to
 * the name, is the lease it is attached to, as Go writes it in hexadecimal.
 * Others have come there otherwise: they belong to longer names, such as
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

  /** The key of a lease's place. */
  keyOf(lease: bigint): Uint8Array {
    return Uint8Array.of(...this.#start, ...encodeBytes(hex(lease)));
  }

  /** Whether a key is a place in the queue. */
  readonly counts = (
    { key, lease }: Pick<KeyValue, "lease"> & { readonly key: Uint8Array },
  ): boolean => lease !== 0n && keyId(key) === this.#startId + hex(lease);

  /** The page behind one on which nothing counts, if there is more. */
  nextPage(
    kvs: readonly KeyValue[],
    limit: number,
  ): QueuePage | undefined {
    const last = kvs.at(-1);
    if (last === undefined || kvs.length < limit) return undefined;
    const from = last.createRevision;
    // One revision may have created more than fit on the page.
    const stuck = kvs[0]?.createRevision === from;
    return { limit: Math.max(stuck ? limit * 2 : 0, PAGE_KEYS), from };
  }
}

/**
 * Finds the first of a queue that counts. Its value is only read if no other
 * key stands before it.
 */
export async function firstOf(
  queue: Queue,
  read: (options: RangeOptions) => Promise<RangeResult>,
): Promise<FirstOfQueue> {
  const start: QueuePage = { limit: 1, from: 0n };
  let page: QueuePage | undefined = start;
  let seenAt = 0n;
  for (;;) {
    const { limit, from: minCreateRevision }: QueuePage = page;
    const keysOnly = limit > 1;
    const options = { ...BY_AGE, limit, minCreateRevision, keysOnly };
    const { header, kvs } = await read(options);
    const wentBack = header.revision < seenAt;
    seenAt = header.revision;
    const first = wentBack ? undefined : kvs.find(queue.counts);
    page = wentBack ? start : queue.nextPage(kvs, limit);
    if (first !== undefined || page === undefined) {
      return { header, first, keysOnly };
    }
  }
}

/** As Go's `%x` does, the sign first. */
function hex(lease: bigint): string {
  return lease.toString(16);
}
