import { copyBytes } from "../../api/values/mod.ts";
import type { WorkContext } from "../../api/waiting/mod.ts";
import type { Keyspace, PromptOptions } from "../../mod.ts";
import { encodeWith } from "../codec/mod.ts";
import { decodeItem, ItemHandle, ItemStore } from "../items/mod.ts";
import type { QueueKeys } from "./_keys.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { Queue, QueueItem, QueueOptions } from "./types.ts";

/** A queue in the hands of the user. */
export class QueueHandle<T> extends ItemHandle<QueueItem<T>>
  implements Queue<T> {
  readonly #keys: QueueKeys;
  readonly #codec: QueueOptions<T>["codec"];
  readonly #append: (
    value: Uint8Array,
    context: WorkContext,
  ) => Promise<{ readonly key: Uint8Array; readonly revision: bigint }>;

  constructor(ks: Keyspace, keys: QueueKeys, options: QueueOptions<T>) {
    const { codec } = options;
    const store = new ItemStore(ks, keys, options);
    /** Puts an item under a key that nobody else has. */
    const append = async (value: Uint8Array, context: WorkContext) => {
      for (;;) {
        const key = keys.newItem();
        const revision = await store.put({ key, value }, context);
        if (revision !== undefined) return { key, revision };
      }
    };
    super({
      store,
      keys,
      signatures: SIGNATURES,
      decode: (kv) => decodeItem(codec, kv),
      putAgain: ({ value }, context) => append(value, context),
    });
    this.#keys = keys;
    this.#codec = codec;
    this.#append = append;
  }

  async enqueue(
    value: T,
    options: PromptOptions = {},
  ): Promise<QueueItem<T>> {
    SIGNATURES.enqueue.check(options);
    const bytes = encodeWith(this.#codec, this.#keys.newItem(), value);
    return await this.run("enqueue in", options, async (context) => {
      const { key, revision } = await this.#append(bytes, context);
      return { value, key: copyBytes(key), revision };
    });
  }
}
