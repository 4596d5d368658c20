import { EtcdError } from "../errors/etcd_error.ts";
import { CompactedError } from "../errors/specific_errors.ts";
import { type Bytes, copyBytes } from "./bytes.ts";
import type { KeyValue, ResponseHeader } from "./key_value.ts";
import type { EtcdRange, KeyRange } from "./keys.ts";
import type { Kv } from "./kv.ts";
import type { WatchBatch, WatchEvent, WatchOptions } from "./watch_types.ts";

type EventFilter = Pick<WatchOptions, "noPut" | "noDelete">;

/**
 * Knows which keys of a range exist, so that after a compaction it can tell
 * what has changed meanwhile by reading the range again.
 */
export class Relist {
  readonly #kv: Kv;
  readonly #range: KeyRange | Uint8Array;
  readonly #filter: EventFilter;
  readonly #known = new Map<string, Bytes>();

  constructor(kv: Kv, { key, rangeEnd }: EtcdRange, filter: EventFilter) {
    this.#kv = kv;
    this.#range = rangeEnd === undefined
      ? key
      : { kind: "range", start: key, end: rangeEnd };
    this.#filter = filter;
  }

  /**
   * Learns which keys there are before a start revision, or now; resolves to
   * the revision to start at.
   */
  async seed(startRevision: bigint | undefined): Promise<bigint> {
    const start = startRevision ?? (await this.#now()).revision + 1n;
    if (start <= 1n) return start;
    try {
      await this.#read(start - 1n, "keys only", () => {});
    } catch (error) {
      // The watch itself will be told so, and read everything again.
      if (!(error instanceof CompactedError)) throw error;
    }
    return start;
  }

  /** Takes note of what the watch has delivered. */
  note(events: readonly WatchEvent[]): void {
    for (const { type, kv } of events) {
      if (type === "put") this.#known.set(idOf(kv.key), kv.key);
      else this.#known.delete(idOf(kv.key));
    }
  }

  /**
   * Reads the range as it is now, and tells what is new since `next`. Asks
   * until there is an answer; each try has a time limit of its own.
   */
  async difference(next: bigint): Promise<WatchBatch> {
    for (;;) {
      try {
        return await this.#difference(next);
      } catch (error) {
        if (!EtcdError.from(error).retryable) throw error;
      }
    }
  }

  async #difference(next: bigint): Promise<WatchBatch> {
    const header = await this.#now();
    const { revision } = header;
    const gone = new Map(this.#known);
    const puts: WatchEvent[] = [];
    await this.#read(revision, "values too", (kv) => {
      gone.delete(idOf(kv.key));
      if (kv.modRevision < next) return;
      puts.push({ type: "put", kv, prevKv: undefined });
    });
    for (const id of gone.keys()) this.#known.delete(id);
    puts.sort((a, b) => Number(a.kv.modRevision - b.kv.modRevision));
    const deletes = [...gone.values()].map((key): WatchEvent => ({
      type: "delete",
      // When exactly is forgotten; it is so at this revision.
      kv: deleted(key, revision),
      prevKv: undefined,
    }));
    const { noPut, noDelete } = this.#filter;
    const events = [...noPut ? [] : puts, ...noDelete ? [] : deletes];
    return { header, events, origin: "relist" };
  }

  async #now(): Promise<ResponseHeader> {
    return (await this.#kv.range(this.#range, { countOnly: true })).header;
  }

  async #read(
    revision: bigint,
    what: "keys only" | "values too",
    each: (kv: KeyValue) => void,
  ): Promise<void> {
    const keysOnly = what === "keys only";
    for await (const kv of this.#kv.list(this.#range, { revision, keysOnly })) {
      this.#known.set(idOf(kv.key), kv.key);
      each(kv);
    }
  }
}

function deleted(key: Bytes, modRevision: bigint): KeyValue {
  return {
    key,
    value: copyBytes(new Uint8Array()),
    createRevision: 0n,
    modRevision,
    version: 0n,
    lease: 0n,
  };
}

/** Each byte as one character: exact for any bytes, unlike text. */
function idOf(key: Uint8Array): string {
  return String.fromCharCode(...key);
}
