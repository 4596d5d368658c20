import { keyId } from "../../api/values/mod.ts";
import type { KeyValue } from "../../mod.ts";
import type { Next } from "./_store.ts";
import type { ItemKeys } from "./types.ts";

const MOST_BYTES = 64 * 1_024;

/** The next items as they were last read. */
export class Candidates {
  readonly #keys: Pick<ItemKeys, "isItem" | "mostItems">;
  /** Items that did not decode, as they were then. */
  readonly #skipped = new Map<string, bigint>();
  #kvs: readonly KeyValue[] = [];
  #readAt: bigint | undefined;
  /** The keys to go past. */
  #passed: readonly Uint8Array[] = [];
  /** As many keys as there may be to go past. */
  #others = 0;
  #pageItems = 1;

  constructor(keys: Pick<ItemKeys, "isItem" | "mostItems">) {
    this.#keys = keys;
  }

  /** The number of keys to read, so that items are among them. */
  get limit(): number {
    return this.#others + this.#pageItems;
  }

  /** The next item, if one is known. */
  get head(): KeyValue | undefined {
    return this.#kvs[0];
  }

  /** The keys among the items that were gone past. */
  get passed(): readonly Uint8Array[] {
    return this.#passed;
  }

  /** Whether there is no other one known. */
  get isLast(): boolean {
    return this.#kvs.length <= 1;
  }

  /** The revision at which there was no item; nothing if that has to be read. */
  get emptyAt(): bigint | undefined {
    return this.#kvs.length === 0 ? this.#readAt : undefined;
  }

  /** Takes note of what was read with the limit. */
  note({ kvs, readAt }: Next): void {
    const isAll = kvs.length < this.limit;
    this.#kvs = kvs.filter((kv) => !this.#isNone(kv));
    this.#passed = kvs.filter((kv) => this.#isNone(kv)).map(({ key }) => key);
    this.#others = this.#passed.length;
    // Behind those that were read there may be items.
    const isKnown = isAll || this.#kvs.length > 0;
    this.#readAt = isKnown ? readAt : undefined;
    if (!isKnown) this.#others *= 2;
    const bytes = kvs.reduce((sum, { value }) => sum + value.length, 1);
    const fits = Math.floor(MOST_BYTES * kvs.length / bytes);
    this.#pageItems = Math.max(1, Math.min(fits, this.#keys.mostItems));
    if (isAll) this.#forget(kvs);
  }

  /** Takes all out but the head, which is about to be taken from the queue. */
  takeAll(): readonly KeyValue[] {
    const rest = this.#kvs.slice(1);
    this.clear();
    return rest;
  }

  /** Puts items in that are the next ones. */
  giveBack(kvs: readonly KeyValue[]): void {
    this.#kvs = kvs.filter((kv) => !this.#isNone(kv));
  }

  /** All of it may be out of date. */
  clear(): void {
    this.#kvs = [];
    this.#readAt = undefined;
  }

  /** An item does not decode: as it is now, it is gone past. */
  skip(kv: KeyValue): void {
    this.#skipped.set(keyId(kv.key), kv.modRevision);
    this.#kvs = this.#kvs.filter((one) => one !== kv);
    this.#passed = [...this.#passed, kv.key];
    this.#others++;
  }

  /** Whether a key is to be gone past. */
  #isNone(kv: KeyValue): boolean {
    return !this.#keys.isItem(kv) ||
      this.#skipped.get(keyId(kv.key)) === kv.modRevision;
  }

  /** Of all keys that there are. */
  #forget(kvs: readonly KeyValue[]): void {
    const ids = new Set(kvs.map(({ key }) => keyId(key)));
    for (const id of this.#skipped.keys()) {
      if (!ids.has(id)) this.#skipped.delete(id);
    }
  }
}
