import { EtcdError } from "../errors/etcd_error.ts";
import {
  CompactedError,
  FutureRevisionError,
} from "../errors/specific_errors.ts";
import { keyId } from "./_key_id.ts";
import { jsonable } from "./_json.ts";
import { pause } from "./_waits.ts";
import { type Bytes, copyBytes } from "./bytes.ts";
import type { KeyValue, ResponseHeader } from "./key_value.ts";
import { between, type EtcdRange, type KeyRange } from "./keys.ts";
import type { Kv } from "./kv.ts";
import type { WatchBatch, WatchEvent, WatchOptions } from "./watch_types.ts";

// Before a cluster that could not answer twice is asked again.
const REPEAT_MS = 200;

type EventFilter = Pick<WatchOptions, "noPut" | "noDelete">;

/**
 * Knows which keys of a range exist, so that after a compaction it can tell
 * what has changed meanwhile by reading the range again.
 */
export class Relist {
  readonly #kv: Kv;
  readonly #range: KeyRange | Uint8Array;
  readonly #filter: EventFilter;
  readonly #closed = new AbortController();
  #known = new Map<string, Bytes>();

  constructor(kv: Kv, range: EtcdRange, filter: EventFilter) {
    this.#kv = kv;
    this.#range = between(range);
    this.#filter = filter;
  }

  /**
   * Learns which keys there are before a start revision, or now; resolves to
   * the revision to start at: now, too, if that revision lies ahead.
   */
  async seed(startRevision: bigint | undefined): Promise<bigint> {
    if (startRevision === undefined) return await this.#seedNow();
    if (startRevision === 1n) return startRevision;
    try {
      this.#known = await this.#untilAnswered(() =>
        this.#read(startRevision - 1n, "keys only")
      );
    } catch (error) {
      if (error instanceof FutureRevisionError) return await this.#seedNow();
      // The watch itself will be told so, and read everything again.
      if (!(error instanceof CompactedError)) throw error;
    }
    return startRevision;
  }

  /** Takes note of what the watch has delivered. */
  note(events: readonly WatchEvent[]): void {
    for (const { type, kv } of events) {
      if (type === "put") this.#known.set(keyId(kv.key), kv.key);
      else this.#known.delete(keyId(kv.key));
    }
  }

  /** Reads the range as it is now, and tells what is new since `next`. */
  difference(next: bigint): Promise<WatchBatch> {
    return this.#untilCurrent(() => this.#difference(next));
  }

  /** Nobody waits for it any more: what it reads is ended. */
  close(): void {
    this.#closed.abort();
  }

  async #seedNow(): Promise<bigint> {
    return await this.#untilCurrent(async () => {
      const { revision } = await this.#now();
      this.#known = await this.#read(revision, "keys only");
      return revision + 1n;
    });
  }

  async #difference(next: bigint): Promise<WatchBatch> {
    const header = await this.#now();
    const { revision } = header;
    const puts: WatchEvent[] = [];
    const present = await this.#read(revision, "values too", (kv) => {
      if (kv.modRevision < next) return;
      puts.push({ type: "put", kv, prevKv: undefined });
    });
    puts.sort((a, b) => Number(a.kv.modRevision - b.kv.modRevision));
    const deletes: WatchEvent[] = [];
    for (const [id, key] of this.#known) {
      if (present.has(id)) continue;
      // When exactly is forgotten; it is so at this revision.
      const kv = deleted(key, revision);
      deletes.push({ type: "delete", kv, prevKv: undefined });
    }
    this.#known = present;
    const { noPut, noDelete } = this.#filter;
    const events = [...noPut ? [] : puts, ...noDelete ? [] : deletes];
    return { header, events, origin: "relist" };
  }

  async #now(): Promise<ResponseHeader> {
    const { signal } = this.#closed;
    const options = { countOnly: true, signal };
    return (await this.#kv.range(this.#range, options)).header;
  }

  async #read(
    revision: bigint,
    what: "keys only" | "values too",
    each: (kv: KeyValue) => void = () => {},
  ): Promise<Map<string, Bytes>> {
    const keysOnly = what === "keys only";
    const options = { revision, keysOnly, signal: this.#closed.signal };
    const keys = new Map<string, Bytes>();
    for await (const kv of this.#kv.list(this.#range, options)) {
      keys.set(keyId(kv.key), kv.key);
      each(kv);
    }
    return keys;
  }

  /** Reads again if what it reads is compacted away meanwhile. */
  async #untilCurrent<T>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await this.#untilAnswered(read);
      } catch (error) {
        if (!(error instanceof CompactedError)) throw error;
      }
    }
  }

  /** Asks until there is an answer; each try has a time limit of its own. */
  async #untilAnswered<T>(read: () => Promise<T>): Promise<T> {
    for (let failures = 0;; failures++) {
      // The first time at once: the strategy may have another member.
      if (failures > 1) await pause(REPEAT_MS, this.#closed.signal);
      try {
        return await read();
      } catch (error) {
        this.#closed.signal.throwIfAborted();
        if (!EtcdError.from(error).retryable) throw error;
      }
    }
  }
}

function deleted(key: Bytes, modRevision: bigint): KeyValue {
  return jsonable({
    key,
    value: copyBytes(new Uint8Array()),
    createRevision: 0n,
    modRevision,
    version: 0n,
    lease: 0n,
  });
}
