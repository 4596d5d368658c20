import { EtcdError } from "../../errors/etcd_error.ts";
import type { Copy, Revision } from "./_copies.ts";

// etcd takes requests of 1.5 MiB. A revision of the source was one, too, and
// its copies may have longer keys.
const MOST_BYTES = 1_400 * 1024;
// Of revisions that are not as large, so many are applied at once.
const JOINED_BYTES = 512 * 1024;

/** Copies for one transaction, as they are collected. */
export interface Part {
  readonly copies: Copy[];
  bytes: number;
}

export function newPart(): Part {
  return { copies: [], bytes: 0 };
}

/** The size of transactions that the target takes. */
export class Limits {
  #operations: number;
  #bytes = MOST_BYTES;

  /** The checkpoint needs one of the operations. */
  constructor(maxTxnOps: number) {
    this.#operations = maxTxnOps - 1;
  }

  /** Adds a copy to a part of them, unless that is full. */
  add(part: Part, copy: Copy): boolean {
    const isFull = part.copies.length >= this.#operations ||
      part.bytes + copy.bytes > this.#bytes;
    if (part.copies.length > 0 && isFull) return false;
    part.copies.push(copy);
    part.bytes += copy.bytes;
    return true;
  }

  /** Copies in parts, each of which fits if it is more than one copy. */
  parts(copies: readonly Copy[]): readonly (readonly Copy[])[] {
    let part = newPart();
    const parts = [part.copies];
    for (const copy of copies) {
      if (this.add(part, copy)) continue;
      part = newPart();
      parts.push(part.copies);
      this.add(part, copy);
    }
    return parts;
  }

  /**
   * The number of revisions, from the first, whose copies go into one
   * transaction, and these copies: of each key the last one.
   */
  join(revisions: readonly Revision[]): {
    readonly count: number;
    readonly copies: readonly Copy[];
  } {
    const joined = new Map<string, Copy>();
    let bytes = 0;
    let count = 0;
    for (const { copies } of revisions) {
      const added = copies.filter(({ id }) => !joined.has(id)).length;
      bytes += sizeOf(copies);
      const isTooMuch = joined.size + added > this.#operations ||
        bytes > Math.min(JOINED_BYTES, this.#bytes);
      if (count > 0 && isTooMuch) break;
      for (const copy of copies) joined.set(copy.id, copy);
      count++;
    }
    return { count, copies: [...joined.values()] };
  }

  /** Takes note of a refusal; whether smaller transactions may be taken. */
  shrink(error: unknown, refused: readonly Copy[]): boolean {
    if (!(error instanceof EtcdError) || refused.length < 2) return false;
    switch (error.code) {
      case "too_many_operations":
        this.#operations = Math.floor(refused.length / 2);
        return true;
      case "request_too_large":
        this.#bytes = Math.floor(sizeOf(refused) / 2);
        return true;
      default:
        return false;
    }
  }
}

function sizeOf(copies: readonly Copy[]): number {
  return copies.reduce((sum, { bytes }) => sum + bytes, 0);
}
