import { keyId } from "../../api/values/mod.ts";
import type { Comparison, KeyRange, KeyValue } from "../../mod.ts";
import { isWithin, type Item } from "./_item.ts";
import type { Level } from "./_level.ts";

/** A key as it was read: the revision is that of the store. */
export interface ReadKey {
  readonly key: Uint8Array;
  readonly kv: KeyValue | undefined;
  readonly revision: bigint;
}

/** An answer to a read. */
export interface Found {
  readonly kvs: readonly KeyValue[];
  readonly revision: bigint;
}

/** All that a run has read, by the ids of keys and ranges. */
export class ReadSet {
  readonly #items = new Map<string, Item>();
  readonly #keys = new Map<string, ReadKey>();

  /** The keys and ranges that were asked for. */
  get items(): ReadonlyMap<string, Item> {
    return this.#items;
  }

  /** A key that was read, by itself or in a range. */
  key(id: string): ReadKey | undefined {
    return this.#keys.get(id);
  }

  /** Whether a key or range was read; a key perhaps in a range. */
  has({ kind, id }: Item): boolean {
    return this.#items.has(id) || (kind === "key" && this.#keys.has(id));
  }

  /** Takes an answer in; what was read before stays as it was. */
  add(item: Item, { kvs, revision }: Found): void {
    if (this.#items.has(item.id)) return;
    this.#items.set(item.id, item);
    if (item.kind === "key") {
      this.#addKey(item.id, { key: item.key, kv: kvs[0], revision });
      return;
    }
    for (const kv of kvs) {
      this.#addKey(keyId(kv.key), { key: kv.key, kv, revision });
    }
  }

  /** The keys that there are in a range, as they were read. */
  *within(range: KeyRange): Generator<readonly [id: string, KeyValue]> {
    for (const [id, { kv }] of this.#keys) {
      if (kv !== undefined && isWithin(id, range)) yield [id, kv];
    }
  }

  /** The newest revision that anything was read at; zero for nothing. */
  get newest(): bigint {
    let newest = 0n;
    for (const { revision } of this.#keys.values()) {
      if (revision > newest) newest = revision;
    }
    return newest;
  }

  /** The conditions that all is as it was read, as far as a level has them. */
  *comparisons(
    { compares }: Level,
    base: bigint | undefined,
  ): Generator<Comparison> {
    if (compares === "nothing") return;
    for (const { key, kv } of this.#keys.values()) {
      const value = kv?.modRevision ?? 0n;
      yield { target: "mod", key, relation: "=", value };
    }
    if (compares === "keys" || base === undefined) return;
    for (const item of this.#items.values()) {
      if (item.kind === "key") continue;
      // That those which were there still are, the conditions above say.
      const value = base + 1n;
      yield { target: "mod", key: item.range, relation: "<", value };
    }
  }

  #addKey(id: string, read: ReadKey): void {
    if (!this.#keys.has(id)) this.#keys.set(id, read);
  }
}
