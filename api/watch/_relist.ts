import type { Clock } from "../../balancers/transport/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import {
  CompactedError,
  FutureRevisionError,
} from "../../errors/specific_errors.ts";
import {
  between,
  copyBytes,
  type EtcdRange,
  jsonable,
  keyId,
  keyOf,
  type KeyRange,
  type KeyValue,
  type ResponseHeader,
} from "../values/mod.ts";
import { pause } from "../waiting/mod.ts";
import type { Kv } from "../kv/mod.ts";
import type { WatchBatch, WatchEvent } from "./types.ts";

// Before a cluster that could not answer twice is asked again.
const REPEAT_MS = 200;

/** The result of the reading before a watch starts. */
export interface Seed {
  /** The revision to start at. */
  readonly start: bigint;
  /** A revision that the store has; 0 if nothing was read. */
  readonly read: bigint;
}

/**
 * Keeps which keys of a range exist, and finds what has changed by reading the
 * range again: after a compaction, and also when the store has gone back to an
 * older state, where a key that differs may be an older one.
 */
export class Relist {
  readonly #kv: Kv;
  readonly #clock: Pick<Clock, "hold">;
  readonly #range: KeyRange | Uint8Array;
  readonly #closed = new AbortController();
  #known = new Map<string, bigint>();
  /** Whether the keys before the start are among them. */
  #complete = true;

  constructor(
    kv: Kv,
    { range, clock }: {
      readonly range: EtcdRange;
      /** The time. */
      readonly clock: Pick<Clock, "hold">;
    },
  ) {
    this.#kv = kv;
    this.#clock = clock;
    this.#range = between(range);
  }

  /**
   * Learns which keys there are before a start revision, or now; resolves to
   * the revision to start at: now, too, if that revision lies ahead.
   */
  async seed(startRevision: bigint | undefined): Promise<Seed> {
    if (startRevision === undefined) return await this.#seedNow();
    const start = startRevision;
    if (start === 1n) return { start, read: 0n };
    const read = start - 1n;
    try {
      this.#known = await this.#untilAnswered(() =>
        this.#read(read, "keys only")
      );
    } catch (error) {
      if (error instanceof FutureRevisionError) return await this.#seedNow();
      // The watch itself will be told so, and read everything again.
      if (!(error instanceof CompactedError)) throw error;
      this.#complete = false;
    }
    return { start, read };
  }

  /** Takes note of the events that the watch has received. */
  note(events: readonly WatchEvent[]): void {
    for (const { type, kv } of events) {
      if (type === "put") this.#known.set(keyId(kv.key), kv.modRevision);
      else this.#known.delete(keyId(kv.key));
    }
  }

  /**
   * Reads the range as it is now, and returns what differs from the known keys.
   * Where those before the start are not known, only newer ones than `next` count.
   */
  difference(next: bigint): Promise<WatchBatch> {
    return this.#untilCurrent(() => this.#difference(next));
  }

  /** Ends its reads: nobody waits for them any more. */
  close(): void {
    this.#closed.abort();
  }

  async #seedNow(): Promise<Seed> {
    return await this.#untilCurrent(async () => {
      const { revision } = await this.#now();
      this.#known = await this.#read(revision, "keys only");
      return { start: revision + 1n, read: revision };
    });
  }

  async #difference(next: bigint): Promise<WatchBatch> {
    const header = await this.#now();
    const { revision } = header;
    const puts: WatchEvent[] = [];
    const present = await this.#read(revision, "values too", (kv, id) => {
      const known = this.#known.get(id);
      if (known === kv.modRevision) return;
      const isOld = known === undefined && !this.#complete &&
        kv.modRevision < next;
      if (!isOld) puts.push({ type: "put", kv, prevKv: undefined });
    });
    puts.sort((a, b) => Number(a.kv.modRevision - b.kv.modRevision));
    const deletes: WatchEvent[] = [];
    for (const id of this.#known.keys()) {
      if (present.has(id)) continue;
      // When exactly is not known: it is gone at this revision.
      const kv = deleted(id, revision);
      deletes.push({ type: "delete", kv, prevKv: undefined });
    }
    this.#known = present;
    this.#complete = true;
    return { header, events: [...puts, ...deletes], origin: "relist" };
  }

  async #now(): Promise<ResponseHeader> {
    const { signal } = this.#closed;
    const options = { countOnly: true, signal };
    return (await this.#kv.range(this.#range, options)).header;
  }

  async #read(
    revision: bigint,
    what: "keys only" | "values too",
    each: (kv: KeyValue, id: string) => void = () => {},
  ): Promise<Map<string, bigint>> {
    const keysOnly = what === "keys only";
    const options = { revision, keysOnly, signal: this.#closed.signal };
    const keys = new Map<string, bigint>();
    for await (const kv of this.#kv.list(this.#range, options)) {
      const id = keyId(kv.key);
      keys.set(id, kv.modRevision);
      each(kv, id);
    }
    return keys;
  }

  /** Reads again if the revision is compacted away or lost meanwhile. */
  async #untilCurrent<T>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await this.#untilAnswered(read);
      } catch (error) {
        if (error instanceof CompactedError) continue;
        if (!(error instanceof FutureRevisionError)) throw error;
      }
    }
  }

  /** Reads until there is an answer; each try has its own time limit. */
  async #untilAnswered<T>(read: () => Promise<T>): Promise<T> {
    const { signal } = this.#closed;
    const clock = this.#clock;
    for (let failures = 0;; failures++) {
      // The first time at once: the strategy may have another member.
      if (failures > 1) await pause(REPEAT_MS, { signal, clock });
      try {
        return await read();
      } catch (error) {
        signal.throwIfAborted();
        if (!EtcdError.from(error).retryable) throw error;
      }
    }
  }
}

function deleted(id: string, modRevision: bigint): KeyValue {
  return jsonable({
    key: copyBytes(keyOf(id)),
    value: copyBytes(new Uint8Array()),
    createRevision: 0n,
    modRevision,
    version: 0n,
    lease: 0n,
  });
}
