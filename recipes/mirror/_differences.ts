import type { KeyValue } from "../../mod.ts";
import type { Copier, Copy } from "./_copies.ts";

/** Two ranges in the order of their keys, and what stands before these. */
export interface Sides {
  readonly source: AsyncIterable<KeyValue>;
  readonly destination: AsyncIterable<KeyValue>;
  /** The length of the source's prefix. */
  readonly sourceCut: number;
  /** The length of the destination's. */
  readonly destinationCut: number;
}

/**
 * The changes that make the destination equal to the source. It keeps nothing
 * but a page of each: both come in the order of the same names.
 */
export async function* differences(
  { source, destination, sourceCut, destinationCut }: Sides,
  copier: Copier,
): AsyncGenerator<Copy, void, undefined> {
  const there = destination[Symbol.asyncIterator]();
  const remove = ({ key }: KeyValue) => copier.deletion(key);
  try {
    let old = await there.next();
    for await (const kv of source) {
      const name = kv.key.subarray(sourceCut);
      let order = 1;
      while (!old.done) {
        order = compare(old.value.key.subarray(destinationCut), name);
        if (order >= 0) break;
        const copy = remove(old.value);
        if (copy !== undefined) yield copy;
        old = await there.next();
      }
      const isSame = order === 0 && !old.done && isCopy(old.value, kv);
      if (order === 0) old = await there.next();
      const copy = isSame ? undefined : copier.put(kv);
      if (copy !== undefined) yield copy;
    }
    for (; !old.done; old = await there.next()) {
      const copy = remove(old.value);
      if (copy !== undefined) yield copy;
    }
  } finally {
    await there.return?.();
  }
}

/** A copy has no lease. */
function isCopy(old: KeyValue, { value }: KeyValue): boolean {
  return old.lease === 0n && compare(old.value, value) === 0;
}

function compare(one: Uint8Array, other: Uint8Array): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
