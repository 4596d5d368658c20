import type { Comparison, Operation } from "../../mod.ts";
import type { ReadSet } from "./_read_set.ts";

/** A key that is written at the end of a run. */
export interface WrittenKey {
  readonly key: Uint8Array;
  /** The new value, or nothing if the key is deleted. */
  readonly value: Uint8Array | undefined;
  readonly lease: bigint;
}

/** All that a run writes, by the ids of keys: of each key the last write. */
export class WriteSet {
  readonly #keys = new Map<string, WrittenKey>();

  get size(): number {
    return this.#keys.size;
  }

  get(id: string): WrittenKey | undefined {
    return this.#keys.get(id);
  }

  set(id: string, written: WrittenKey): void {
    this.#keys.set(id, written);
  }

  [Symbol.iterator](): Iterator<readonly [id: string, WrittenKey]> {
    return this.#keys.entries();
  }

  operations(): Operation[] {
    return [...this.#keys.values()].map(({ key, value, lease }): Operation =>
      value === undefined
        ? { kind: "delete", key, options: {} }
        : { kind: "put", key, value, options: { lease } }
    );
  }

  /** The conditions that no key which was not read has changed since. */
  *guards(reads: ReadSet, base: bigint | undefined): Generator<Comparison> {
    if (base === undefined) return;
    for (const [id, { key }] of this.#keys) {
      if (reads.key(id) === undefined) {
        yield { target: "mod", key, relation: "<", value: base + 1n };
      }
    }
  }
}
