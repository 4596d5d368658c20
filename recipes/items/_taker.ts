import {
  abortable,
  KeyedMutex,
  untilAborted,
  withDeadline,
  type WorkContext,
} from "../../api/waiting/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { createError } from "../../errors/specific_errors.ts";
import type { KeyValue, Lock } from "../../mod.ts";
import { Candidates } from "./_candidates.ts";
import type { ItemStore } from "./_store.ts";
import type { ItemKeys, Stored } from "./types.ts";

/** The parts of a taker. */
export interface TakerParts<I> {
  readonly store: ItemStore;
  readonly keys: ItemKeys;
  /** The item of a key. */
  readonly decode: (kv: KeyValue) => I;
}

/** The end of an attempt that nobody waited for any more. */
type Kept<I> =
  | { readonly kind: "item"; readonly item: I; readonly kv: Stored }
  | { readonly kind: "failed"; readonly error: unknown };

const ONE_AT_A_TIME = "";
/** Beside others who take items, before one stands in line with them. */
const TRIES = 2;

/** Takes items, one after the other. */
export class Taker<I> {
  readonly #parts: TakerParts<I>;
  readonly #mutex = new KeyedMutex();
  /** Ends attempts that are under way. */
  readonly #given = new AbortController();
  readonly #candidates: Candidates;
  /** An attempt that is under way, whoever waits for it. */
  #attempt: Promise<void> | undefined;
  #kept: Kept<I>[] = [];
  readonly #unlocking = new Set<Promise<void>>();

  constructor(parts: TakerParts<I>) {
    this.#parts = parts;
    this.#candidates = new Candidates(parts.keys);
  }

  /** The next item, as soon as there is one. */
  async next(context: WorkContext): Promise<I> {
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

  /** Takes the next item; nothing if there is none, or others were first. */
  async #takeNow(context: WorkContext): Promise<I | undefined> {
    const candidates = this.#candidates;
    if (candidates.head === undefined) await this.#readNext(context);
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
  async #takeInTurn(context: WorkContext): Promise<I | undefined> {
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

  async #takeFirst(context: WorkContext): Promise<I> {
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
        await this.#readNext(context);
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
  ): Promise<I | undefined> {
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

  async #takeKey(kv: KeyValue): Promise<boolean> {
    try {
      return await this.#takeToTheEnd(kv);
    } catch (error) {
      throw this.#naming(error, kv);
    }
  }

  #takeToTheEnd(kv: KeyValue): Promise<boolean> {
    const { store, keys } = this.#parts;
    const { isLast, limit, passed } = this.#candidates;
    // Read again, unless this goes well.
    const before = this.#candidates.takeAll();
    return withDeadline({
      owner: this.#given.signal,
      timeoutMs: Infinity,
      action: () => `dequeue from ${keys.shown}`,
    }, async (context) => {
      const options = { passed, limit: isLast ? limit : 0, context };
      const { end, left } = await store.take(kv, options);
      if (left !== undefined) this.#candidates.note(left);
      else if (end !== "again") this.#candidates.giveBack(before);
      return end === "taken";
    });
  }

  /** An error that names the item which may be lost. */
  #naming(error: unknown, { key }: KeyValue): unknown {
    if (!(error instanceof EtcdError && error.maybeCommitted)) return error;
    const shown = JSON.stringify(new TextDecoder().decode(key));
    if (error.message.includes(shown)) return error;
    const { code, message } = error;
    return createError(
      `Cannot tell whether ${shown} was dequeued from ${this.#parts.keys.shown}: ${message}`,
      { code, maybeCommitted: true, cause: error },
    );
  }

  #decode(kv: KeyValue): I {
    try {
      return this.#parts.decode(kv);
    } catch (error) {
      this.#candidates.skip(kv);
      throw error;
    }
  }

  /** Resolves when the next item is known, or that there is none. */
  async #readNext(context: WorkContext): Promise<void> {
    const candidates = this.#candidates;
    do {
      const { limit } = candidates;
      const next = await this.#parts.store.readNext(limit, context);
      candidates.note(next);
    } while (candidates.head === undefined && candidates.emptyAt === undefined);
  }
}
