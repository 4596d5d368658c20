import {
  type Bytes,
  copyBytes,
  jsonable,
  type KeyValue,
  type ResponseHeader,
} from "../values/mod.ts";
import type {
  Watch,
  WatchBatch,
  WatchEvent,
  WatchState,
} from "../watch/mod.ts";

/** A watch on keys below a prefix, which it takes off. */
export class NamespacedWatch implements Watch {
  readonly #watch: Watch;
  readonly #length: number;

  constructor(watch: Watch, { length }: Uint8Array) {
    this.#watch = watch;
    this.#length = length;
  }

  get ready(): Promise<ResponseHeader> {
    return this.#watch.ready;
  }

  get state(): WatchState {
    return this.#watch.state;
  }

  get cursor(): bigint | undefined {
    return this.#watch.cursor;
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchBatch> {
    const batches = this.#watch[Symbol.asyncIterator]();
    return {
      next: async () => {
        const result = await batches.next();
        return result.done ? result : { value: this.#strip(result.value) };
      },
      return: async () => {
        await batches.return?.();
        return { done: true, value: undefined };
      },
    };
  }

  async *events(): AsyncGenerator<WatchEvent, void, undefined> {
    // Not `yield*`: it would make some promises more for each event.
    for await (const { events } of this) {
      for (const event of events) yield event;
    }
  }

  requestProgress(): Promise<bigint> {
    return this.#watch.requestProgress();
  }

  close(): Promise<void> {
    return this.#watch.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #strip(batch: WatchBatch): WatchBatch {
    return {
      ...batch,
      events: batch.events.map((event) => ({
        ...event,
        kv: this.#keyValue(event.kv),
        prevKv: event.prevKv && this.#keyValue(event.prevKv),
      })),
    };
  }

  #keyValue(kv: KeyValue): KeyValue {
    const key: Bytes = copyBytes(kv.key.subarray(this.#length));
    return jsonable({ ...kv, key });
  }
}
