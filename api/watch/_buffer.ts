import { keyId } from "../values/mod.ts";
import type { WatchBatch, WatchEvent } from "./types.ts";

/** The limits of a buffer. */
export interface BufferLimits {
  /** The most events. */
  readonly events: number;
  /** The most bytes of keys and values. */
  readonly bytes: number;
}

/** The batches a consumer has not received yet. */
export class WatchBuffer {
  readonly #limits: BufferLimits;
  readonly #batches: WatchBatch[] = [];
  #events = 0;
  #bytes = 0;

  constructor(limits: BufferLimits) {
    this.#limits = limits;
  }

  /** Whether a limit has been reached. */
  get full(): boolean {
    return this.#events >= this.#limits.events ||
      this.#bytes >= this.#limits.bytes;
  }

  /** Whether at least half of it is free. */
  get halfFree(): boolean {
    return this.#events <= this.#limits.events / 2 &&
      this.#bytes <= this.#limits.bytes / 2;
  }

  /** Adds a batch; the last one may exceed the limits. */
  push(batch: WatchBatch): void {
    // The later one of two batches without events says all.
    if (
      batch.events.length === 0 && this.#batches.at(-1)?.events.length === 0
    ) {
      this.#batches.pop();
    }
    this.#batches.push(batch);
    this.#count(batch, 1);
  }

  /** Takes out the oldest batch. */
  shift(): WatchBatch | undefined {
    const batch = this.#batches.shift();
    if (batch !== undefined) this.#count(batch, -1);
    return batch;
  }

  /** Makes all batches one, with only the last event of each key. */
  coalesce(): void {
    const last = this.#batches.at(-1);
    if (last === undefined) return;
    const byKey = new Map<string, WatchEvent>();
    for (const event of this.#batches.flatMap((batch) => batch.events)) {
      const key = keyId(event.kv.key);
      byKey.delete(key);
      byKey.set(key, event);
    }
    this.clear();
    this.push({
      header: last.header,
      events: [...byKey.values()],
      origin: last.origin === "relist" ? "relist" : "coalesced",
    });
  }

  /** Drops everything. */
  clear(): void {
    this.#batches.length = 0;
    this.#events = 0;
    this.#bytes = 0;
  }

  #count({ events }: WatchBatch, sign: 1 | -1): void {
    this.#events += sign * events.length;
    for (const { kv, prevKv } of events) {
      this.#bytes += sign * (kv.key.length + kv.value.length);
      if (prevKv) this.#bytes += sign * prevKv.value.length;
    }
  }
}
