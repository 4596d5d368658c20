import type { WorkContext } from "../../api/waiting/mod.ts";
import {
  compare,
  type Comparison,
  type DeleteResult,
  type Key,
  type KeyRange,
  type Keyspace,
  type KeyValue,
  op,
  type Operation,
  type RangeOptions,
  type RangeResult,
  type Txn,
} from "../../mod.ts";
import {
  type OnceOutcome,
  type SessionKeeper,
  type SessionSource,
  SessionWriter,
  untilAnswered,
  watchAfterRead,
} from "../steps/mod.ts";
import type { ItemKeys, Stored } from "./types.ts";

/** The next items, as they were read. */
export interface Next {
  readonly kvs: readonly KeyValue[];
  /** The revision at which they were read. */
  readonly readAt: bigint;
}

/** The end of an attempt to take an item. */
export interface TakeResult {
  /** `again`: the session is a new one, and the item is there. */
  readonly end: "taken" | "gone" | "again";
  /** The items that are left; nothing if they were not read. */
  readonly left: Next | undefined;
}

/** The reads and writes of a queue, each write done once. */
export class ItemStore {
  readonly #ks: Keyspace;
  readonly #keys: ItemKeys;
  readonly #writer: SessionWriter;

  constructor(ks: Keyspace, keys: ItemKeys, source: SessionSource) {
    this.#ks = ks;
    this.#keys = keys;
    const { lanes, shown } = keys;
    this.#writer = new SessionWriter(ks, { source, lanes, shown });
  }

  get sessions(): SessionKeeper {
    return this.#writer.sessions;
  }

  /** Reads the next items. */
  async readNext(limit: number, context: WorkContext): Promise<Next> {
    const { items } = this.#keys;
    const { kvs, header } = await this.read(items, this.#next(limit), context);
    return { kvs, readAt: header.revision };
  }

  /**
   * Waits for a put after a read; resolves to nothing if that does not tell any
   * more.
   */
  async nextPut(
    readAt: bigint,
    { signal }: WorkContext,
  ): Promise<KeyValue | undefined> {
    const options = { readAt, noDelete: true, signal };
    const events = watchAfterRead(this.#ks, this.#keys.items, options);
    for await (const { kv } of events) return kv;
    return undefined;
  }

  /**
   * Puts an item under a key that is not there; resolves to its revision, or
   * to nothing if the key is there.
   */
  async put(
    { key, value }: Stored,
    context: WorkContext,
  ): Promise<bigint | undefined> {
    const outcome = await this.write(key, {
      if: [compare.createRevision(key, "=", 0n)],
      then: [op.put(key, value), ...this.#keys.writtenWith(key)],
      else: [],
    }, context);
    return outcome.kind === "applied" ? outcome.revision : undefined;
  }

  /** Sends a transaction that puts an item, until that is done or refused. */
  write<
    const Then extends readonly Operation[],
    const Else extends readonly Operation[],
  >(
    key: Uint8Array,
    txn: Required<Txn<Then, Else>>,
    context: WorkContext,
  ): Promise<Exclude<OnceOutcome<Then, Else>, { readonly kind: "lost" }>> {
    return this.#writer.write(txn, { key, verb: "enqueue in", context });
  }

  /** Takes an item if it is the next one, and there as it was read. */
  async take(
    kv: KeyValue,
    { passed, limit, context }: {
      /** Keys that were gone past. */
      readonly passed: readonly Uint8Array[];
      /** The number of items to read that are left, or zero. */
      readonly limit: number;
      readonly context: WorkContext;
    },
  ): Promise<TakeResult> {
    const { key, modRevision } = kv;
    const keys = this.#keys;
    const left = limit > 0 ? [op.range(keys.items, this.#next(limit))] : [];
    const { outcome, session } = await this.#writer.send({
      if: [isThere(kv), ...keys.isNext(kv, passed)],
      then: [op.delete(key), ...left],
      else: left,
    }, context);
    switch (outcome.kind) {
      case "applied": {
        const [, read] = outcome.results ?? [];
        return { end: "taken", left: toNext(read, outcome.revision) };
      }
      case "refused": {
        const { header: { revision }, results: [read] } = outcome;
        return { end: "gone", left: toNext(read, revision) };
      }
      case "lost":
        // Nothing of it is applied from now on.
        if (
          outcome.inDoubt && !await this.#isThere(key, modRevision, context)
        ) {
          throw this.#writer.inDoubt("dequeue from", { session, key });
        }
        this.sessions.replace(session);
        return { end: "again", left: undefined };
    }
  }

  async #isThere(key: Key, modRevision: bigint, context: WorkContext) {
    const { kvs } = await this.read(key, { keysOnly: true }, context);
    return kvs[0]?.modRevision === modRevision;
  }

  /** Reads until that is answered. */
  async read(
    range: Key | KeyRange,
    options: RangeOptions,
    context: WorkContext,
  ): Promise<RangeResult> {
    const { answer } = await untilAnswered(
      (call) => this.#ks.range(range, { ...options, ...call }),
      context,
      { writes: false },
    );
    return answer;
  }

  #next(limit: number): RangeOptions {
    return { ...this.#keys.order, limit };
  }
}

function isThere({ key, modRevision }: KeyValue): Comparison {
  return compare.modRevision(key, "=", modRevision);
}

function toNext(
  read: RangeResult | DeleteResult | undefined,
  readAt: bigint,
): Next | undefined {
  return read && "kvs" in read ? { kvs: read.kvs, readAt } : undefined;
}
