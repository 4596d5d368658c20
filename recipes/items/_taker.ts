import { copyBytes } from "../../api/values/mod.ts";
import {
  abortable,
  KeyedMutex,
  untilAborted,
  withDeadline,
  type WorkContext,
} from "../../api/waiting/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import type { KeyValue, Lock } from "../../mod.ts";
import { type Codec, decodeWith } from "../codec/mod.ts";
import { Candidates } from "./_candidates.ts";
import type { QueueKeys } from "./_keys.ts";
import type { QueueStore, Stored } from "./_store.ts";
import type { QueueItem } from "./types.ts";

/** The parts of a taker. */
export interface TakerParts<T> {
  readonly store: QueueStore;
  readonly keys: QueueKeys;
  readonly codec: Codec<T>;
}

/** The end of an attempt that nobody waited for any more. */
type Kept<T> =
  | { readonly kind: "item"; readonly item: QueueItem<T>; readonly kv: Stored }
  | { readonly kind: "failed"; readonly error: unknown };

const ONE_AT_A_TIME = "";
/** Beside others who take items, before one stands in line with them. */
const TRIES = 2;

/** Takes items, one after the other. */
export class Taker<T> {
  readonly #parts: TakerParts<T>;
  readonly #mutex = new KeyedMutex();
  /** Ends attempts that are under way. */
  readonly #given = new AbortController();
  readonly #candidates = new Candidates();
  /** An attempt that is under way, whoever waits for it. */
  #attempt: Promise<void> | undefined;
  #kept: Kept<T>[] = [];
  readonly #unlocking = new Set<Promise<void>>();

  constructor(parts: TakerParts<T>) {
    this.#parts = parts;
  }

  /** The next item, as soon as there is one. */
  async next(context: WorkContext): Promise<QueueItem<T>> {
    const release = await this.#mutex.lock(ONE_AT_A_TIME, context.signal);
    try {
      for (;;) {
        await abortable(this.#settled(), context.signal);
        const kept = this.#kept.shift();
        if (kept?.kind === "item") return kept.item;
        if (kept?.kind === "failed") throw kept.error;
        const item = await this.#takeNow(context) ??
          await this.#takeInTurn(context);
        if (item !== undefined) return item;
      }
    } finally {
      release();
    }
  }

  /** Ends; resolves to the items that nobody has got. */
  async close(context: WorkContext): Promise<readonly Stored[]> {
    // Calls that are still to end.
    await this.#mutex.lock(ONE_AT_A_TIME, context.signal);
    try {
      await abortable(this.#settled(), context.signal);
    } finally {
      this.#given.abort(context.signal.reason);
    }
    await Promise.all(this.#unlocking);
    const kept = this.#kept;
    this.#kept = [];
    return kept.map((one) => {
      if (one.kind === "failed") throw one.error;
      return one.kv;
    });
  }

  async #settled(): Promise<void> {
    await this.#attempt;
  }

  /** Takes the oldest item; nothing if there is none, or others were first. */
  async #takeNow(context: WorkContext): Promise<QueueItem<T> | undefined> {
    const candidates = this.#candidates;
    if (candidates.head === undefined) await this.#readOldest(context);
    for (let tries = 0; tries < TRIES; tries++) {
      const { head } = candidates;
      if (head === undefined) return undefined;
      const item = await this.#take(head, context);
      if (item !== undefined) return item;
    }
    return undefined;
  }

  /**
   * Waits in line with the other consumers, so that one item wakes one of them;
   * nothing if the place in line is lost.
   */
  async #takeInTurn(context: WorkContext): Promise<QueueItem<T> | undefined> {
    const { store: { sessions }, keys: { turn } } = this.#parts;
    const session = await sessions.get(context);
    let lock: Lock | undefined;
    try {
      const held = lock = await session.lock(turn, { signal: context.signal });
      return await withDeadline({
        signal: context.signal,
        owner: held.signal,
        timeoutMs: Infinity,
        action: () => "wait for an item",
      }, (inner) => {
        context.lastError = () => inner.lastError();
        return this.#takeFirst(inner);
      });
    } catch (error) {
      const isLost = lock?.signal.aborted === true &&
        error === lock.signal.reason;
      if (isLost || sessions.replaces(error)) return undefined;
      throw error;
    } finally {
      if (lock !== undefined) this.#unlock(lock);
    }
  }

  async #takeFirst(context: WorkContext): Promise<QueueItem<T>> {
    const candidates = this.#candidates;
    candidates.clear();
    for (;;) {
      const { head, emptyAt } = candidates;
      if (head !== undefined) {
        const item = await this.#take(head, context);
        if (item !== undefined) return item;
      } else if (emptyAt !== undefined) {
        const kv = await this.#parts.store.nextPut(emptyAt, context);
        candidates.clear();
        if (kv !== undefined) candidates.giveBack([kv]);
      } else {
        await this.#readOldest(context);
      }
    }
  }

  /** Nobody waits for it: whoever is next in line sees it on the server. */
  #unlock(lock: Lock): void {
    const done = lock.unlock().catch(() => {})
      .finally(() => this.#unlocking.delete(done));
    this.#unlocking.add(done);
  }

  /**
   * Takes an item. Once begun this is seen through, as the item might be lost
   * otherwise: if the wait for it ends, it is kept for the next one.
   */
  #take(
    kv: KeyValue,
    { signal }: WorkContext,
  ): Promise<QueueItem<T> | undefined> {
    const item = this.#decode(kv);
    return untilAborted(signal, (resolve, reject) => {
      let isAwaited = true;
      this.#attempt = this.#takeKey(kv).then((taken) => {
        if (isAwaited) resolve(taken ? item : undefined);
        else if (taken) this.#kept.push({ kind: "item", item, kv });
      }, (error) => {
        if (isAwaited) return reject(error);
        const inDoubt = error instanceof EtcdError && error.maybeCommitted;
        if (inDoubt) this.#kept.push({ kind: "failed", error });
      });
      return () => isAwaited = false;
    });
  }

  #takeKey(kv: KeyValue): Promise<boolean> {
    const { store, keys } = this.#parts;
    const { isLast, limit } = this.#candidates;
    // Read again, unless this goes well.
    const before = this.#candidates.takeAll();
    return withDeadline({
      owner: this.#given.signal,
      timeoutMs: Infinity,
      action: () => `dequeue from ${keys.shown}`,
    }, async (context) => {
      const options = { limit: isLast ? limit : 0, context };
      const { end, left } = await store.take(kv, options);
      if (left !== undefined) this.#candidates.note(left);
      else if (end !== "again") this.#candidates.giveBack(before);
      return end === "taken";
    });
  }

  #decode(kv: KeyValue): QueueItem<T> {
    const { key, createRevision: revision } = kv;
    try {
      const value = decodeWith(this.#parts.codec, kv);
      return { value, key: copyBytes(key), revision };
    } catch (error) {
      this.#candidates.skip(kv);
      throw error;
    }
  }

  /** Resolves when the oldest item is known, or that there is none. */
  async #readOldest(context: WorkContext): Promise<void> {
    const candidates = this.#candidates;
    do {
      const { limit } = candidates;
      const oldest = await this.#parts.store.readOldest(limit, context);
      candidates.note(oldest);
    } while (candidates.head === undefined && candidates.emptyAt === undefined);
  }
}
