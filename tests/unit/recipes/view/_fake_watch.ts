import {
  CanceledError,
  CompactedError,
  HistoryLostError,
  type ResponseHeader,
  UnavailableError,
  UnsupportedError,
  type Watch,
  type WatchBatch,
  type WatchEvent,
  type WatchOptions,
  type WatchState,
} from "../../../../mod.ts";

/** A store as its watches see it. */
export interface WatchedStore {
  readonly random: () => number;
  readonly isProxy: boolean;
  readonly watches: Set<FakeWatch>;
  readonly revision: bigint;
  readonly compacted: bigint;
  readonly header: ResponseHeader;
  eventsFrom(revision: bigint): readonly (readonly WatchEvent[])[];
}

/** A failure that passes. */
export function unavailable(): UnavailableError {
  return new UnavailableError("Cannot read: no connection (unavailable)", {
    code: "unavailable",
    retryable: true,
  });
}

interface Reader {
  resolve(result: IteratorResult<WatchBatch, undefined>): void;
  reject(reason: unknown): void;
}

interface Question {
  resolve(revision: bigint): void;
  reject(reason: unknown): void;
}

/** A watch of a {@linkcode WatchedStore}, as the real one promises to behave. */
export class FakeWatch implements Watch {
  readonly ready: Promise<ResponseHeader>;
  readonly #store: WatchedStore;
  readonly #options: WatchOptions;
  readonly #created = Promise.withResolvers<ResponseHeader>();
  readonly #buffer: WatchBatch[] = [];
  readonly #questions: Question[] = [];
  #reader: Reader | undefined;
  #end: { readonly reason: unknown; told: boolean } | undefined;
  #isCreated = false;
  #isCut = false;
  #isLost = false;
  #next: bigint;
  /** The newest revision that it knows the store to have. */
  #heard = 0n;

  constructor(store: WatchedStore, options: WatchOptions) {
    this.#store = store;
    this.#options = options;
    this.#next = options.startRevision ?? store.revision + 1n;
    this.ready = this.#created.promise;
    this.ready.catch(() => {});
    store.watches.add(this);
    options.signal?.addEventListener("abort", this.#abort);
  }

  readonly #abort = (): void => {
    this.#buffer.length = 0;
    this.end(this.#options.signal?.reason);
  };

  get state(): WatchState {
    return { kind: "live", endpoint: "" };
  }

  get cursor(): bigint | undefined {
    return undefined;
  }

  /** Loses its connection, or gets it back. */
  connect(to: "nothing" | "m1"): void {
    const isCut = to === "nothing";
    if (isCut === this.#isCut) return;
    this.#isCut = isCut;
    this.#tell(
      isCut
        ? { kind: "reconnecting", reason: unavailable() }
        : { kind: "live", endpoint: "m1" },
    );
  }

  /** Notices that the store is behind what was heard of it. */
  storeWentBack(): void {
    if (this.#heard > this.#store.revision) this.#isLost = true;
  }

  /** Gets some of what is new, if it is connected. */
  pump(): void {
    const store = this.#store;
    if (this.#isCut || this.#end !== undefined) return;
    if (!this.#isCreated) {
      if (!this.#create()) return;
    } else if (this.#isLost) {
      const receivedRevision = this.#heard;
      const currentRevision = store.revision;
      return this.end(
        new HistoryLostError("Cannot watch any longer: history_lost", {
          receivedRevision,
          currentRevision,
        }),
      );
    } else if (this.#next < store.compacted) return this.#failCompacted();
    const revisions = store.eventsFrom(this.#next);
    const some = Math.ceil(store.random() * revisions.length);
    this.#deliver(revisions.slice(0, some).flat());
    if (some === revisions.length && this.#next <= store.revision + 1n) {
      this.#heard = store.revision;
      this.#next = store.revision + 1n;
      for (const { resolve } of this.#questions.splice(0)) {
        resolve(store.revision);
      }
    }
  }

  requestProgress(): Promise<bigint> {
    if (this.#store.isProxy) {
      return Promise.reject(
        new UnsupportedError("Cannot ask: a proxy", {
          code: "unsupported",
          needs: "etcd",
        }),
      );
    }
    if (this.#end !== undefined) return Promise.reject(this.#end.reason);
    const { promise, ...question } = Promise.withResolvers<bigint>();
    this.#questions.push(question);
    return promise;
  }

  end(reason: unknown): void {
    if (this.#end !== undefined) return;
    this.#store.watches.delete(this);
    this.#options.signal?.removeEventListener("abort", this.#abort);
    this.#end = { reason, told: false };
    const closed = reason ??
      new CanceledError("Cannot wait: closed", { code: "canceled" });
    this.#created.reject(closed);
    for (const { reject } of this.#questions.splice(0)) reject(closed);
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader) this.#tellEnd(this.#end).then(reader.resolve, reader.reject);
  }

  close(): Promise<void> {
    this.#buffer.length = 0;
    this.end(undefined);
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchBatch> {
    return {
      next: () => {
        const value = this.#buffer.shift();
        if (value) return Promise.resolve({ done: false, value });
        if (this.#end) return this.#tellEnd(this.#end);
        const { promise, ...reader } = Promise.withResolvers<
          IteratorResult<WatchBatch, undefined>
        >();
        this.#reader = reader;
        return promise;
      },
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
    };
  }

  events(): AsyncIterableIterator<WatchEvent> {
    throw new Error("not used");
  }

  #create(): boolean {
    const { revision, compacted } = this.#store;
    if (this.#next < compacted) {
      this.#failCompacted();
      return false;
    }
    this.#isCreated = true;
    if (revision + 1n >= this.#next) this.#heard = this.#next - 1n;
    this.#created.resolve(this.#store.header);
    this.#tell({ kind: "live", endpoint: "m1" });
    return true;
  }

  #failCompacted(): void {
    this.end(
      new CompactedError("Cannot watch: compacted", { code: "compacted" }),
    );
  }

  #deliver(events: readonly WatchEvent[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    this.#next = last.kv.modRevision + 1n;
    this.#heard = last.kv.modRevision;
    const value = { header: this.#store.header, events, origin: "stream" };
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader === undefined) this.#buffer.push(value as WatchBatch);
    else reader.resolve({ done: false, value: value as WatchBatch });
  }

  #tell(state: WatchState): void {
    this.#options.onStateChange?.(state);
  }

  #tellEnd(
    end: { readonly reason: unknown; told: boolean },
  ): Promise<IteratorResult<WatchBatch, undefined>> {
    if (end.reason === undefined || end.told) {
      return Promise.resolve({ done: true, value: undefined });
    }
    end.told = true;
    return Promise.reject(end.reason);
  }
}
