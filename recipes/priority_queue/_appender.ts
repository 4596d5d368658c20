import type { WorkContext } from "../../api/waiting/mod.ts";
import { compare, type KeyValue, op, type RangeOptions } from "../../mod.ts";
import type { ItemStore } from "../items/mod.ts";
import type { PriorityKeys } from "./_keys.ts";

/** The last item of a priority, as it was read or put. */
interface Last {
  /** The number in its key, or one below the first. */
  readonly serial: bigint;
  readonly readAt: bigint;
}

/** The place that an item was put at. */
export interface Appended {
  readonly key: Uint8Array;
  readonly revision: bigint;
}

const NONE = -1n;
const LAST: RangeOptions = {
  sortBy: "key",
  order: "descend",
  limit: 1,
  keysOnly: true,
};

/** Puts items behind the last one of their priority. */
export class Appender {
  readonly #keys: PriorityKeys;
  readonly #store: ItemStore;
  /** By priority. */
  readonly #last = new Map<number, Last>();

  constructor(keys: PriorityKeys, store: ItemStore) {
    this.#keys = keys;
    this.#store = store;
  }

  /** Puts an item. */
  async append(
    value: Uint8Array,
    { priority, context }: {
      readonly priority: number;
      readonly context: WorkContext;
    },
  ): Promise<Appended> {
    const keys = this.#keys;
    const items = keys.itemsOf(priority);
    let last = this.#last.get(priority) ?? await this.#read(priority, context);
    for (;;) {
      const serial = last.serial + 1n;
      const key = keys.itemAt(priority, serial);
      const outcome = await this.#store.write(key, {
        if: [
          compare.createRevision(key, "=", 0n),
          compare.modRevision(keys.counter(priority), "<", last.readAt + 1n),
        ],
        then: [op.put(key, value), keys.count(priority)],
        else: [op.range(items, LAST)],
      }, context);
      if (outcome.kind === "applied") {
        const { revision } = outcome;
        this.#last.set(priority, { serial, readAt: revision });
        return { key, revision };
      }
      const { header, results: [{ kvs: [kv] }] } = outcome;
      last = { serial: this.#serialOf(kv), readAt: header.revision };
    }
  }

  async #read(priority: number, context: WorkContext): Promise<Last> {
    const items = this.#keys.itemsOf(priority);
    const { header, kvs: [kv] } = await this.#store.read(items, LAST, context);
    return { serial: this.#serialOf(kv), readAt: header.revision };
  }

  #serialOf(kv: KeyValue | undefined): bigint {
    return kv === undefined ? NONE : this.#keys.serialOf(kv.key);
  }
}
