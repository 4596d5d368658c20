import type { WorkContext } from "../../api/waiting/mod.ts";
import {
  compare,
  type DeleteResult,
  type Key,
  type KeyRange,
  type Keyspace,
  type KeyValue,
  op,
  type RangeOptions,
  type RangeResult,
  type Session,
} from "../../mod.ts";
import type { UnavailableError } from "../../errors/specific_errors.ts";
import {
  OnceWriter,
  SessionKeeper,
  type SessionSource,
  untilAnswered,
  watchAfterRead,
} from "../steps/mod.ts";
import { doubtError } from "./_doubt_error.ts";
import type { QueueKeys } from "./_keys.ts";

/** A key whose item is put or taken, and its bytes. */
export interface Stored {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** The oldest items, as they were read. */
export interface Oldest {
  readonly kvs: readonly KeyValue[];
  /** The revision at which they were read. */
  readonly readAt: bigint;
}

/** The end of an attempt to take an item. */
export interface TakeResult {
  /** `again`: the session is a new one, and the item is there. */
  readonly end: "taken" | "gone" | "again";
  /** The items that are left; nothing if they were not read. */
  readonly left: Oldest | undefined;
}

/** The reads and writes of a queue, each write done once. */
export class QueueStore {
  readonly sessions: SessionKeeper;
  readonly #ks: Keyspace;
  readonly #keys: QueueKeys;
  readonly #writer: OnceWriter;

  constructor(ks: Keyspace, keys: QueueKeys, source: SessionSource) {
    this.sessions = new SessionKeeper(ks, source);
    this.#ks = ks;
    this.#keys = keys;
    this.#writer = new OnceWriter(ks, keys.lanes);
  }

  /** Reads the oldest items. */
  async readOldest(limit: number, context: WorkContext): Promise<Oldest> {
    const { items } = this.#keys;
    const { kvs, header } = await this.#read(items, oldest(limit), context);
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
    for (;;) {
      const session = await this.sessions.get(context);
      const lane = this.#writer.take(session.lease);
      const outcome = await lane.write({
        if: [compare.createRevision(key, "=", 0n)],
        then: [op.put(key, value)],
        else: [],
      }, context).finally(() => this.#writer.give(lane));
      switch (outcome.kind) {
        case "applied":
          return outcome.revision;
        case "refused":
          return undefined;
        case "lost":
          if (outcome.inDoubt) {
            throw this.#inDoubt("enqueue in", { session, key });
          }
          this.sessions.replace(session);
      }
    }
  }

  /** Takes an item if it is there as it was read. */
  async take(
    { key, modRevision }: KeyValue,
    { limit, context }: {
      /** The number of items to read that are left, or zero. */
      readonly limit: number;
      readonly context: WorkContext;
    },
  ): Promise<TakeResult> {
    const session = await this.sessions.get(context);
    const lane = this.#writer.take(session.lease);
    const left = limit > 0 ? [op.range(this.#keys.items, oldest(limit))] : [];
    const outcome = await lane.write({
      if: [compare.modRevision(key, "=", modRevision)],
      then: [op.delete(key), ...left],
      else: left,
    }, context).finally(() => this.#writer.give(lane));
    switch (outcome.kind) {
      case "applied": {
        const [, read] = outcome.results ?? [];
        return { end: "taken", left: toOldest(read, outcome.revision) };
      }
      case "refused": {
        const { header: { revision }, results: [read] } = outcome;
        return { end: "gone", left: toOldest(read, revision) };
      }
      case "lost":
        // Nothing of it is applied from now on.
        if (
          outcome.inDoubt && !await this.#isThere(key, modRevision, context)
        ) {
          throw this.#inDoubt("dequeue from", { session, key });
        }
        this.sessions.replace(session);
        return { end: "again", left: undefined };
    }
  }

  #inDoubt(
    verb: string,
    { session, key }: {
      readonly session: Session;
      readonly key: Uint8Array;
    },
  ): UnavailableError {
    this.sessions.forget(session);
    const cause = session.signal.reason;
    return doubtError(`${verb} ${this.#keys.shown}`, { key, cause });
  }

  async #isThere(key: Key, modRevision: bigint, context: WorkContext) {
    const { kvs } = await this.#read(key, { keysOnly: true }, context);
    return kvs[0]?.modRevision === modRevision;
  }

  async #read(
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
}

function oldest(limit: number): RangeOptions {
  return { sortBy: "create", order: "ascend", limit };
}

function toOldest(
  read: RangeResult | DeleteResult | undefined,
  readAt: bigint,
): Oldest | undefined {
  return read && "kvs" in read ? { kvs: read.kvs, readAt } : undefined;
}
