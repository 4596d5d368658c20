import { type Key, type KeyRange, type KeyValue, prefix } from "../../mod.ts";
import type { ItemKeys } from "../items/mod.ts";
import { NamedKeys } from "../steps/mod.ts";

/** The keys of a queue: items where Go's `recipe.Queue` has them. */
export class QueueKeys implements ItemKeys {
  readonly shown: string;
  readonly items: KeyRange;
  readonly turn: Uint8Array;
  readonly lanes: Uint8Array;
  readonly order = { sortBy: "create", order: "ascend" } as const;
  /** As finding them makes etcd sort all. */
  readonly mostItems = 32;
  readonly #keys: NamedKeys;

  constructor(name: Key) {
    const keys = this.#keys = new NamedKeys(name);
    this.shown = keys.shown;
    this.items = prefix(keys.below(""));
    this.turn = keys.beside("turn");
    this.lanes = keys.beside("writes/");
  }

  /** One that has a lease is none. */
  isItem({ lease }: KeyValue): boolean {
    return lease === 0n;
  }

  /** No item comes before an older one. */
  isNext(): readonly [] {
    return [];
  }

  writtenWith(): readonly [] {
    return [];
  }

  /** A key for a new item: the time in nanoseconds, as Go has it. */
  newItem(): Uint8Array {
    const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
    // The clock has milliseconds: the rest keeps producers apart.
    const nanoseconds = BigInt(Date.now()) * 1_000_000n +
      BigInt(random % 1_000_000);
    return this.#keys.below(`${nanoseconds}`);
  }
}
