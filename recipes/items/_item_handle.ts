import { copyBytes } from "../../api/values/mod.ts";
import type { Signature } from "../../api/checks/mod.ts";
import { withDeadline, type WorkContext } from "../../api/waiting/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { CanceledError } from "../../errors/specific_errors.ts";
import type { KeyValue, LockOptions } from "../../mod.ts";
import { type Codec, decodeWith } from "../codec/mod.ts";
import type { ItemStore } from "./_store.ts";
import { Taker } from "./_taker.ts";
import type {
  ItemKeys,
  QueueItem,
  QueueItemsOptions,
  Stored,
} from "./types.ts";

/** The time of calls that do not wait for others, in milliseconds. */
const PROMPT_MS = 30_000;

/** The parts of a handle. */
export interface ItemHandleParts<I> {
  readonly store: ItemStore;
  readonly keys: ItemKeys;
  readonly signatures: Readonly<Record<"dequeue" | "items", Signature>>;
  readonly decode: (kv: KeyValue) => I;
  /** Puts an item that was taken from a key which another one has now. */
  readonly putAgain: (item: Stored, context: WorkContext) => Promise<unknown>;
}

/** The part that the handles of all kinds of queues have: items are taken. */
export class ItemHandle<I> {
  readonly #parts: ItemHandleParts<I>;
  readonly #taker: Taker<I>;
  readonly #closed = new AbortController();
  #closing: Promise<void> | undefined;

  constructor(parts: ItemHandleParts<I>) {
    this.#parts = parts;
    this.#taker = new Taker(parts);
  }

  async dequeue(options: LockOptions = {}): Promise<I> {
    this.#parts.signatures.dequeue.check(options);
    const { signal, timeoutMs = false } = options;
    return await this.run(
      "dequeue from",
      { signal, timeoutMs },
      (context) => this.#taker.next(context),
    );
  }

  items(options: QueueItemsOptions = {}): AsyncIterableIterator<I> {
    this.#parts.signatures.items.check(options);
    return this.#items(options);
  }

  [Symbol.asyncIterator](): AsyncIterator<I> {
    return this.#items({});
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Does something that ends when the queue is closed. */
  run<R>(
    verb: string,
    { signal, timeoutMs = PROMPT_MS }: LockOptions,
    work: (context: WorkContext) => Promise<R>,
  ): Promise<R> {
    return withDeadline({
      signal,
      owner: this.#closed.signal,
      timeoutMs: timeoutMs === false ? Infinity : timeoutMs,
      action: () => `${verb} ${this.#parts.keys.shown}`,
    }, work);
  }

  async *#items(options: QueueItemsOptions) {
    for (;;) {
      let item: I;
      try {
        item = await this.dequeue(options);
      } catch (error) {
        if (error === this.#closed.signal.reason) return;
        throw error;
      }
      yield item;
    }
  }

  async #close(): Promise<void> {
    const { keys: { shown }, store } = this.#parts;
    this.#closed.abort(
      new CanceledError(
        `Cannot use the queue ${shown}: it is closed (canceled)`,
        { code: "canceled" },
      ),
    );
    try {
      await withDeadline({
        timeoutMs: PROMPT_MS,
        action: () => `put back what was taken from ${shown}`,
      }, async (context) => {
        for (const one of await this.#taker.close(context)) {
          await this.#putBack(one, context);
        }
      });
    } finally {
      await store.sessions.close();
    }
  }

  async #putBack(item: Stored, context: WorkContext): Promise<void> {
    const { store, putAgain } = this.#parts;
    const { key, value } = item;
    try {
      const revision = await store.put({ key, value }, context);
      if (revision === undefined) await putAgain(item, context);
    } catch (cause) {
      const shown = JSON.stringify(new TextDecoder().decode(key));
      const { code, maybeCommitted, message } = EtcdError.from(cause);
      throw new EtcdError(
        `Cannot put back ${shown}, which was taken for a call that had ended: ${message}`,
        { code, maybeCommitted, cause },
      );
    }
  }
}

/** The item of a key that was read. */
export function decodeItem<T>(codec: Codec<T>, kv: KeyValue): QueueItem<T> {
  const { key, createRevision: revision } = kv;
  const value = decodeWith(codec, kv);
  return { value, key: copyBytes(key), revision };
}
