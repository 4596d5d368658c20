import type { ResponseHeader } from "../values/mod.ts";
import type {
  Watch,
  WatchBatch,
  WatchEvent,
  WatchState,
} from "../watch/mod.ts";

/** Makes a batch of another; nothing if there is nothing left to tell. */
export type MapBatch = (batch: WatchBatch) => WatchBatch | undefined;

/** Another watch, whose batches are changed as they are taken. */
export class MappedWatch implements Watch {
  readonly #watch: Watch;
  readonly #map: MapBatch;

  constructor(watch: Watch, map: MapBatch) {
    this.#watch = watch;
    this.#map = map;
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
        for (;;) {
          const result = await batches.next();
          if (result.done) return result;
          const value = this.#map(result.value);
          if (value !== undefined) return { value };
        }
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
}
