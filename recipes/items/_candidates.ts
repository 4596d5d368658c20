import { keyId } from "../../api/values/mod.ts";
import type { KeyValue } from "../../mod.ts";
import type { Oldest } from "./_store.ts";

/** As many small items as are read at once: finding them makes etcd sort all. */
const MOST_ITEMS = 32;
const MOST_BYTES = 64 * 1_024;

/**
 * The oldest items as they were last read. As no item comes before an older
 * one, the first that is still there is the oldest of all.
 */
export class Candidates {
  /** Items that did not decode, as they were then. */
  readonly #skipped = new Map<string, bigint>();
  #kvs: readonly KeyValue[] = [];
  #readAt: bigint | undefined;
  /** The keys to go past. */
  #others = 0;
  #pageItems = 1;

  /** The number of keys to read, so that items are among them. */
  get limit(): number {
    return this.#others + this.#pageItems;
  }

  /** The oldest item, if one is known. */
  get head(): KeyValue | undefined {
    return this.#kvs[0];
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
  note({ kvs, readAt }: Oldest): void {
    const isAll = kvs.length < this.limit;
    this.#kvs = kvs.filter((kv) => !this.#isNone(kv));
    this.#others = kvs.length - this.#kvs.length;
    // Behind those that were read there may be items.
    const isKnown = isAll || this.#kvs.length > 0;
    this.#readAt = isKnown ? readAt : undefined;
    if (!isKnown) this.#others *= 2;
    const bytes = kvs.reduce((sum, { value }) => sum + value.length, 1);
    const fits = Math.floor(MOST_BYTES * kvs.length / bytes);
    this.#pageItems = Math.max(1, Math.min(fits, MOST_ITEMS));
    if (isAll) this.#forget(kvs);
  }

  /** Takes all out but the head, which is about to be taken from the queue. */
  takeAll(): readonly KeyValue[] {
    const rest = this.#kvs.slice(1);
    this.clear();
    return rest;
  }

  /** Puts items in that are the oldest ones. */
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
    this.#others++;
  }

  /** Whether a key is to be gone past. One that has a lease is no item at all. */
  #isNone({ key, lease, modRevision }: KeyValue): boolean {
    return lease !== 0n || this.#skipped.get(keyId(key)) === modRevision;
  }

  /** Of all keys that there are. */
  #forget(kvs: readonly KeyValue[]): void {
    const ids = new Set(kvs.map(({ key }) => keyId(key)));
    for (const id of this.#skipped.keys()) {
      if (!ids.has(id)) this.#skipped.delete(id);
    }
  }
}
