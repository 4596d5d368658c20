import { copyBytes } from "../../api/values/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type { Keyspace } from "../../mod.ts";
import { encodeWith } from "../codec/mod.ts";
import {
  decodeItem,
  ItemHandle,
  ItemStore,
  type QueueOptions,
} from "../items/mod.ts";
import { Appender } from "./_appender.ts";
import type { PriorityKeys } from "./_keys.ts";
import { SIGNATURES } from "./_signatures.ts";
import type {
  PriorityEnqueueOptions,
  PriorityQueue,
  PriorityQueueItem,
} from "./types.ts";

/** As Go has it. */
const MOST_PRIORITY = 65_535;

/** A priority queue in the hands of the user. */
export class PriorityQueueHandle<T> extends ItemHandle<PriorityQueueItem<T>>
  implements PriorityQueue<T> {
  readonly #keys: PriorityKeys;
  readonly #codec: QueueOptions<T>["codec"];
  readonly #appender: Appender;

  constructor(ks: Keyspace, keys: PriorityKeys, options: QueueOptions<T>) {
    const { codec } = options;
    const store = new ItemStore(ks, keys, options);
    const appender = new Appender(keys, store);
    const priorityOf = (key: Uint8Array) => keys.priorityOf(key) ?? 0;
    super({
      store,
      keys,
      signatures: SIGNATURES,
      decode: (kv) => ({
        ...decodeItem(codec, kv),
        priority: priorityOf(kv.key),
      }),
      putAgain({ key, value }, context) {
        return appender.append(value, { priority: priorityOf(key), context });
      },
    });
    this.#keys = keys;
    this.#codec = codec;
    this.#appender = appender;
  }

  async enqueue(
    value: T,
    options: PriorityEnqueueOptions,
  ): Promise<PriorityQueueItem<T>> {
    const priority = SIGNATURES.enqueue.take(
      options ?? {},
      () => checkPriority(options?.priority),
    );
    const bytes = encodeWith(
      this.#codec,
      this.#keys.itemAt(priority, 0n),
      value,
    );
    return await this.run("enqueue in", options, async (context) => {
      const { key, revision } = await this.#appender.append(bytes, {
        priority,
        context,
      });
      return { value, key: copyBytes(key), revision, priority };
    });
  }
}

function checkPriority(value: unknown): number {
  const isOne = typeof value === "number" && Number.isInteger(value) &&
    value >= 0 && value <= MOST_PRIORITY;
  if (isOne) return value;
  throw new InvalidOptionError("priority", value, {
    expected: `an integer from 0 to ${MOST_PRIORITY}`,
  });
}
