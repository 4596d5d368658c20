import type { WatchBuffer } from "./_buffer.ts";
import type { WatchBatch } from "./types.ts";

type Result = IteratorResult<WatchBatch, undefined>;

interface Reader {
  resolve(result: Result): void;
  reject(reason: unknown): void;
}

const DONE: Result = { done: true, value: undefined };

/** Hands batches from a buffer to a consumer, and keeps the cursor. */
export class Delivery {
  readonly #buffer: WatchBuffer;
  /** The consumer's reads that wait: mostly one, for which a list costs. */
  #reader: Reader | undefined;
  readonly #laterReaders: Reader[] = [];
  #cursor: bigint | undefined;
  #end: { readonly reason: unknown; thrown: boolean } | undefined;

  constructor(buffer: WatchBuffer, cursor: bigint | undefined) {
    this.#buffer = buffer;
    this.#cursor = cursor;
  }

  /** The revision after the last one the consumer has received. */
  get cursor(): bigint | undefined {
    return this.#cursor;
  }

  /** Whether no more should be received for now. */
  get full(): boolean {
    return this.#buffer.full;
  }

  /** Whether there is room again. */
  get halfFree(): boolean {
    return this.#buffer.halfFree;
  }

  /** Sets the start of a watch "from now". */
  startAt(revision: bigint): void {
    this.#cursor ??= revision;
  }

  /** Gives a batch to the consumer that waits, or keeps it. */
  push(batch: WatchBatch): void {
    const reader = this.#reader;
    if (reader === undefined) return this.#buffer.push(batch);
    this.#reader = this.#laterReaders.shift();
    reader.resolve(this.#handOver(batch));
  }

  /** Drops all but the last event of each key. */
  coalesce(): void {
    this.#buffer.coalesce();
  }

  /** The next batch, or the end, whose reason is thrown once. */
  next(): Promise<Result> {
    const batch = this.#buffer.shift();
    if (batch !== undefined) return Promise.resolve(this.#handOver(batch));
    if (this.#end !== undefined) return this.#tellEnd(this.#end);
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const reader = { resolve, reject };
    if (this.#reader === undefined) this.#reader = reader;
    else this.#laterReaders.push(reader);
    return promise;
  }

  /** No more batches follow. */
  end(reason: unknown, buffered: "keep" | "drop"): void {
    if (buffered === "drop") this.#buffer.clear();
    const end = this.#end = { reason, thrown: false };
    const first = this.#reader;
    this.#reader = undefined;
    for (const reader of [first, ...this.#laterReaders.splice(0)]) {
      if (reader) this.#tellEnd(end).then(reader.resolve, reader.reject);
    }
  }

  #tellEnd(
    end: { readonly reason: unknown; thrown: boolean },
  ): Promise<Result> {
    if (end.reason === undefined || end.thrown) return Promise.resolve(DONE);
    end.thrown = true;
    return Promise.reject(end.reason);
  }

  #handOver(batch: WatchBatch): Result {
    const { header, origin } = batch;
    const last = origin === "relist" ? undefined : batch.events.at(-1);
    // A relist goes back if the store has.
    this.#cursor = (last?.kv.modRevision ?? header.revision) + 1n;
    return { done: false, value: batch };
  }
}
