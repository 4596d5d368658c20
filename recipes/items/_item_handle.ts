import { copyBytes } from "../../api/values/mod.ts";
import { withDeadline, type WorkContext } from "../../api/waiting/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { CanceledError } from "../../errors/specific_errors.ts";
import type { Keyspace, LockOptions, PromptOptions } from "../../mod.ts";
import { encodeWith } from "../codec/mod.ts";
import type { QueueKeys } from "./_keys.ts";
import { SIGNATURES } from "./_signatures.ts";
import { QueueStore, type Stored } from "./_store.ts";
import { Taker } from "./_taker.ts";
import type {
  Queue,
  QueueItem,
  QueueItemsOptions,
  QueueOptions,
} from "./types.ts";

/** The time of calls that do not wait for others, in milliseconds. */
const PROMPT_MS = 30_000;

/** A queue in the hands of the user. */
export class QueueHandle<T> implements Queue<T> {
  readonly #keys: QueueKeys;
  readonly #options: QueueOptions<T>;
  readonly #store: QueueStore;
  readonly #taker: Taker<T>;
  readonly #closed = new AbortController();
  #closing: Promise<void> | undefined;

  constructor(ks: Keyspace, keys: QueueKeys, options: QueueOptions<T>) {
    const { codec } = this.#options = options;
    this.#keys = keys;
    const store = this.#store = new QueueStore(ks, keys, options);
    this.#taker = new Taker({ store, keys, codec });
  }

  async enqueue(
    value: T,
    options: PromptOptions = {},
  ): Promise<QueueItem<T>> {
    SIGNATURES.enqueue.check(options);
    const { signal, timeoutMs = PROMPT_MS } = options;
    const bytes = encodeWith(this.#options.codec, this.#keys.newItem(), value);
    return await this.#run(
      "enqueue in",
      { signal, timeoutMs },
      async (context) => {
        const { key, revision } = await this.#put(bytes, context);
        return { value, key: copyBytes(key), revision };
      },
    );
  }

  async dequeue(options: LockOptions = {}): Promise<QueueItem<T>> {
    SIGNATURES.dequeue.check(options);
    const { signal, timeoutMs = false } = options;
    return await this.#run(
      "dequeue from",
      { signal, timeoutMs },
      (context) => this.#taker.next(context),
    );
  }

  items(options: QueueItemsOptions = {}): AsyncIterableIterator<QueueItem<T>> {
    SIGNATURES.items.check(options);
    return this.#items(options);
  }

  [Symbol.asyncIterator](): AsyncIterator<QueueItem<T>> {
    return this.#items({});
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#items(options: QueueItemsOptions) {
    for (;;) {
      let item: QueueItem<T>;
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
    const { shown } = this.#keys;
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
      await this.#store.sessions.close();
    }
  }

  async #putBack({ key, value }: Stored, context: WorkContext): Promise<void> {
    try {
      const revision = await this.#store.put({ key, value }, context);
      if (revision === undefined) await this.#put(value, context);
    } catch (cause) {
      const shown = JSON.stringify(new TextDecoder().decode(key));
      const { code, maybeCommitted, message } = EtcdError.from(cause);
      throw new EtcdError(
        `Cannot put back ${shown}, which was taken for a call that had ended: ${message}`,
        { code, maybeCommitted, cause },
      );
    }
  }

  /** Puts an item under a key that nobody else has. */
  async #put(value: Uint8Array, context: WorkContext) {
    for (;;) {
      const key = this.#keys.newItem();
      const revision = await this.#store.put({ key, value }, context);
      if (revision !== undefined) return { key, revision };
    }
  }

  #run<R>(
    verb: string,
    { signal, timeoutMs }: LockOptions,
    work: (context: WorkContext) => Promise<R>,
  ): Promise<R> {
    return withDeadline({
      signal,
      owner: this.#closed.signal,
      timeoutMs: timeoutMs === false ? Infinity : timeoutMs ?? PROMPT_MS,
      action: () => `${verb} ${this.#keys.shown}`,
    }, work);
  }
}
