// A store with a history, as its keyspace shows it: reads at a revision, watches
// that are slow, cut off, compacted away, or whose store goes back.
import { setImmediate } from "node:timers";
import {
  Bytes,
  CompactedError,
  type EtcdError,
  FutureRevisionError,
  type Keyspace,
  type KeyValue,
  type ResponseHeader,
  type WatchEvent,
  type WatchOptions,
} from "../../../../mod.ts";
import { FakeWatch, unavailable, type WatchedStore } from "./_fake_watch.ts";

const utf8 = new TextEncoder();
const PAGE_KEYS = 3;

/** How a store behaves; each is asked before each step. */
export interface FakeStoreOptions {
  /** Numbers from 0 up to 1. */
  readonly random?: () => number;
  /** The share of reads that fail for now. @default {0} */
  readonly failing?: number;
  /** Whether it does not tell its progress, as behind a proxy. @default {false} */
  readonly isProxy?: boolean;
}

/** A past state of a store that it can go back to. */
export interface Saved {
  readonly revision: bigint;
  readonly states: ReadonlyMap<bigint, ReadonlyMap<string, KeyValue>>;
  readonly history: readonly (readonly WatchEvent[])[];
}

/** What a key is given: `undefined` deletes it. */
export type Writes = Readonly<Record<string, string | undefined>>;

/** Bytes with a buffer of their own. */
export function bytesOf(text: string): Bytes {
  return new Bytes(utf8.encode(text).buffer);
}

/** An etcd store in memory. */
export class FakeStore implements WatchedStore {
  readonly random: () => number;
  readonly isProxy: boolean;
  readonly watches: Set<FakeWatch> = new Set();
  revision = 1n;
  compacted = 0n;
  /** How often it has gone back. */
  epoch = 0;
  /** The next reads fail with these. */
  readonly failures: EtcdError[] = [];
  #failing: number;
  #history: (readonly WatchEvent[])[] = [];
  #states = new Map<bigint, ReadonlyMap<string, KeyValue>>([[1n, new Map()]]);

  constructor(
    { random = () => 0.5, failing = 0, isProxy = false }: FakeStoreOptions = {},
  ) {
    this.random = random;
    this.isProxy = isProxy;
    this.#failing = failing;
  }

  /** The client of it. */
  get keyspace(): Keyspace {
    const ks = {
      kv: {},
      range: (_key: unknown, options: { signal?: AbortSignal }) =>
        this.#range(options),
      list: (_range: unknown, options: { revision: bigint }) =>
        this.#list(options),
      watch: (_range: unknown, options: WatchOptions) =>
        new FakeWatch(this, options),
    };
    return ks as unknown as Keyspace;
  }

  get header(): ResponseHeader {
    const { revision } = this;
    return { revision, clusterId: 1n, memberId: 1n, raftTerm: 1n };
  }

  /** No read fails by itself any more. */
  heal(): void {
    this.#failing = 0;
  }

  /** Changes keys in one revision. */
  write(writes: Writes): bigint {
    const before = this.stateAt(this.revision);
    const revision = ++this.revision;
    const state = new Map(before);
    const events: WatchEvent[] = [];
    for (const [key, value] of Object.entries(writes)) {
      const old = before.get(key);
      if (value === undefined) {
        if (!state.delete(key)) continue;
        const kv = keyValue(key, "", { revision, old: undefined });
        events.push({ type: "delete", kv, prevKv: undefined });
      } else {
        const kv = keyValue(key, value, { revision, old });
        state.set(key, kv);
        events.push({ type: "put", kv, prevKv: undefined });
      }
    }
    if (events.length === 0) this.revision--;
    else {
      this.#states.set(revision, state);
      this.#history.push(events);
    }
    return this.revision;
  }

  /** The revision moves on by writes elsewhere. */
  writeElsewhere(): bigint {
    const state = this.stateAt(this.revision);
    this.#states.set(++this.revision, state);
    return this.revision;
  }

  compact(): void {
    this.compacted = this.revision;
  }

  save(): Saved {
    return {
      revision: this.revision,
      states: new Map(this.#states),
      history: [...this.#history],
    };
  }

  restore({ revision, states, history }: Saved): void {
    this.epoch++;
    this.revision = revision;
    this.compacted = 0n;
    this.#states = new Map(states);
    this.#history = [...history];
    for (const watch of this.watches) watch.storeWentBack();
  }

  stateAt(revision: bigint): ReadonlyMap<string, KeyValue> {
    const state = this.#states.get(revision);
    if (state === undefined) throw new Error(`There is no ${revision}`);
    return state;
  }

  /** The events from a revision on. */
  eventsFrom(revision: bigint): readonly (readonly WatchEvent[])[] {
    return this.#history.filter(([first]) =>
      first !== undefined && first.kv.modRevision >= revision
    );
  }

  /** Every watch loses its connection, or gets it back. */
  connect(to: "nothing" | "m1"): void {
    for (const watch of [...this.watches]) watch.connect(to);
  }

  /** Lets some of the watches have some of what is new. */
  pump(): void {
    for (const watch of [...this.watches]) watch.pump();
  }

  async #range({ signal }: { readonly signal?: AbortSignal }) {
    await this.#step(signal);
    return { header: this.header, kvs: [], more: false, count: 0n };
  }

  async *#list(
    { revision, signal }: {
      readonly revision: bigint;
      readonly signal?: AbortSignal;
    },
  ): AsyncGenerator<KeyValue> {
    const { epoch } = this;
    const check = () => {
      if (revision < this.compacted) {
        throw new CompactedError("Cannot list: compacted", {
          code: "compacted",
        });
      }
      if (revision > this.revision || epoch !== this.epoch) {
        throw new FutureRevisionError("Cannot list: the store went back", {
          code: "future_revision",
        });
      }
    };
    await this.#step(signal);
    check();
    const kvs = [...this.stateAt(revision).values()].sort((one, other) =>
      one.key.text() < other.key.text() ? -1 : 1
    );
    for (const [at, kv] of kvs.entries()) {
      if (at % PAGE_KEYS === PAGE_KEYS - 1) {
        await this.#step(signal);
        check();
      }
      yield kv;
    }
  }

  async #step(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.random() < 0.5) await macrotask();
    signal?.throwIfAborted();
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    if (this.random() < this.#failing) throw unavailable();
  }
}

/** Lets everything run that is due. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function keyValue(
  key: string,
  value: string,
  { revision, old }: {
    readonly revision: bigint;
    readonly old: KeyValue | undefined;
  },
): KeyValue {
  return {
    key: bytesOf(key),
    value: bytesOf(value),
    createRevision: old?.createRevision ?? revision,
    modRevision: revision,
    version: (old?.version ?? 0n) + 1n,
    lease: 0n,
  };
}
