import type {
  ResponseHeader,
  Watch,
  WatchBatch,
  WatchEvent,
  WatchState,
} from "../../mod.ts";
import type { Seen } from "./_seen.ts";

/** A watch whose events are noted when they are taken. */
export class MonotonicWatch implements Watch {
  readonly #watch: Watch;
  readonly #seen: Seen;
  /** Events up to here were seen before it began. */
  readonly #floor: bigint;

  constructor(
    watch: Watch,
    { seen, floor }: { readonly seen: Seen; readonly floor: bigint },
  ) {
    this.#watch = watch;
    this.#seen = seen;
    this.#floor = floor;
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
          const value = this.#take(result.value);
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

  /** Notes a batch; nothing is left of one that was seen before. */
  #take(batch: WatchBatch): WatchBatch | undefined {
    const { header, origin } = batch;
    const events = origin === "relist" || this.#floor === 0n
      ? batch.events
      : batch.events.filter(({ kv }) => kv.modRevision > this.#floor);
    const last = events.at(-1);
    if (last !== undefined) this.#seen.note(last.kv.modRevision);
    else if (batch.events.length > 0) return undefined;
    else this.#seen.note(header.revision);
    return events === batch.events ? batch : { ...batch, events };
  }
}
