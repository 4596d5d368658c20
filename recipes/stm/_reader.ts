import type { WorkContext } from "../../api/waiting/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import {
  CompactedError,
  FutureRevisionError,
} from "../../errors/specific_errors.ts";
import type { Keyspace, ReadOptions } from "../../mod.ts";
import { untilAnswered } from "../steps/mod.ts";
import { foundBy, type Item, readOf } from "./_item.ts";
import type { Level } from "./_level.ts";
import type { Found } from "./_read_set.ts";
import { orTooMany } from "./_too_many.ts";

/** Answers, by the ids of what was read. */
export type Known = ReadonlyMap<string, Found>;

interface Asked {
  readonly item: Item;
  readonly resolve: (found: Found) => void;
  readonly reject: (error: unknown) => void;
}

/** The parts that all runs of a transaction share. */
export interface ReaderParts {
  readonly ks: Keyspace;
  readonly level: Level;
  readonly context: WorkContext;
}

/** Reads for one run: what is asked for at once goes in one request. */
export class Reader {
  readonly #parts: ReaderParts;
  #base: bigint | undefined;
  #asked: Asked[] = [];
  readonly #pending = new Map<string, Promise<Found>>();
  #fetching: Promise<unknown> | undefined;
  #stale: EtcdError | undefined;

  /** `base` is the revision of a snapshot that there is already. */
  constructor(parts: ReaderParts, base?: bigint) {
    this.#parts = parts;
    this.#base = base;
  }

  /** The revision that all reads are of, if there is one. */
  get base(): bigint | undefined {
    return this.#base;
  }

  /** Why the snapshot cannot be read any more. */
  get stale(): EtcdError | undefined {
    return this.#stale;
  }

  /** Whether a request is under way. */
  get isBusy(): boolean {
    return this.#pending.size > 0;
  }

  /** Reads a key or range. */
  read(item: Item): Promise<Found> {
    const pending = this.#pending.get(item.id);
    if (pending !== undefined) return pending;
    const { promise, resolve, reject } = Promise.withResolvers<Found>();
    this.#pending.set(item.id, promise);
    this.#asked.push({ item, resolve, reject });
    if (this.#asked.length === 1) void this.#flush();
    return promise;
  }

  /** Reads several at once, without waiting for more. */
  async readAll(items: readonly Item[]): Promise<Known> {
    return await this.#fetch(items);
  }

  async #flush(): Promise<void> {
    // For all that is asked for at once.
    await Promise.resolve();
    if (this.#parts.level.hasSnapshot && this.#base === undefined) {
      // The first read says which revision the others are of.
      await this.#fetching?.catch(() => {});
    }
    const asked = this.#asked;
    this.#asked = [];
    try {
      const fetching = this.#fetch(asked.map(({ item }) => item));
      this.#fetching = fetching;
      const found = await fetching;
      for (const { item, resolve } of asked) {
        const one = found.get(item.id);
        if (one !== undefined) resolve(one);
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    } finally {
      for (const { item } of asked) this.#pending.delete(item.id);
    }
  }

  async #fetch(items: readonly Item[]): Promise<Known> {
    const { level } = this.#parts;
    if (!level.hasSnapshot) {
      return await this.#ask(items, { serializable: true });
    }
    if (this.#base !== undefined) return await this.#atBase(items, this.#base);
    const found = await this.#ask(items, {});
    for (const { revision } of found.values()) this.#base = revision;
    return found;
  }

  async #atBase(items: readonly Item[], revision: bigint): Promise<Known> {
    try {
      try {
        return await this.#ask(items, { revision, serializable: true });
      } catch (error) {
        // The member that was asked is behind.
        if (!(error instanceof FutureRevisionError)) throw error;
        return await this.#ask(items, { revision });
      }
    } catch (cause) {
      const isGone = cause instanceof CompactedError ||
        cause instanceof FutureRevisionError;
      if (!isGone) throw cause;
      throw this.#stale = new EtcdError(
        `Cannot read at revision ${revision}: it is gone, and the function is called again (aborted)`,
        { code: "aborted", retryable: true, cause },
      );
    }
  }

  async #ask(items: readonly Item[], options: ReadOptions): Promise<Known> {
    const { ks, context } = this.#parts;
    const at = options.revision;
    const [first] = items;
    if (items.length === 1 && first !== undefined) {
      const keys = first.kind === "key" ? first.key : first.range;
      const { answer: { header, kvs } } = await untilAnswered(
        (call) => ks.kv.range(keys, { ...options, ...call }),
        context,
        { writes: false },
      );
      return new Map([[first.id, { kvs, revision: at ?? header.revision }]]);
    }
    const then = items.map((item) => readOf(item, options));
    const { answer: { header, results } } = await orTooMany(
      { reads: then.length },
      () =>
        untilAnswered(
          (call) => ks.kv.txn({ then }, call),
          context,
          { writes: false },
        ),
    );
    return knownBy(items, { results, revision: at ?? header.revision });
  }
}

/** The answers to reads within a transaction of etcd. */
export function knownBy(
  items: Iterable<Item>,
  { results, revision }: {
    readonly results: readonly unknown[];
    readonly revision: bigint;
  },
): Map<string, Found> {
  const known = new Map<string, Found>();
  let at = 0;
  for (const item of items) {
    known.set(item.id, { kvs: foundBy(item, results[at++]), revision });
  }
  return known;
}
