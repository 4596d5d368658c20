import { idOf } from "./_id.ts";
import { onAbort } from "../../api/waiting/mod.ts";
import { overflowError } from "./_errors.ts";
import type { ViewChange, ViewUpdate } from "./types.ts";

type Result<T> = IteratorResult<ViewUpdate<T>, undefined>;

interface Reader<T> {
  resolve(result: Result<T>): void;
  reject(reason: unknown): void;
}

/** The settings of an iteration over changes. */
export interface SubscriberSettings {
  /** The most changes to keep. */
  readonly most: number;
  readonly policy: "error" | "coalesce";
  readonly signal: AbortSignal | undefined;
  /** Called when it has ended. */
  onEnd(): void;
}

/** An iteration over the changes of a view, from when it was made. */
export class Subscriber<T>
  implements AsyncIterableIterator<ViewUpdate<T>, undefined> {
  readonly #settings: SubscriberSettings;
  readonly #unlink: () => void = () => {};
  #updates: ViewUpdate<T>[] = [];
  #kept = 0;
  /** Once there were too many: the last change of each key. */
  #coalesced: Map<string, ViewChange<T>> | undefined;
  #revision = 0n;
  readonly #readers: Reader<T>[] = [];
  #end: { readonly reason: unknown; thrown: boolean } | undefined;

  constructor(settings: SubscriberSettings) {
    this.#settings = settings;
    this.#unlink = onAbort(settings.signal, (reason) => {
      this.end(reason, "drop");
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result<T>> {
    const value = this.#take();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#end !== undefined) return this.#tellEnd(this.#end);
    const { promise, resolve, reject } = Promise.withResolvers<Result<T>>();
    this.#readers.push({ resolve, reject });
    return promise;
  }

  return(): Promise<Result<T>> {
    this.end(undefined, "drop");
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Gives changes to whoever waits for them, or keeps them. */
  push(update: ViewUpdate<T>): void {
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      return reader.resolve({ done: false, value: update });
    }
    const { most, policy } = this.#settings;
    if (this.#kept < most) return this.#keep(update);
    if (policy === "error") return this.end(overflowError(most), "keep");
    this.#coalesced ??= this.#coalesceAll();
    this.#coalesce(this.#coalesced, update);
  }

  /** No changes follow; those kept are given first, or dropped. */
  end(reason: unknown, kept: "keep" | "drop"): void {
    if (this.#end !== undefined) return;
    const end = this.#end = { reason, thrown: false };
    this.#unlink();
    if (kept === "drop") {
      this.#updates = [];
      this.#coalesced = undefined;
    }
    for (const reader of this.#readers.splice(0)) {
      this.#tellEnd(end).then(reader.resolve, reader.reject);
    }
    this.#settings.onEnd();
  }

  #keep(update: ViewUpdate<T>): void {
    this.#updates.push(update);
    this.#kept += update.changes.length;
  }

  #take(): ViewUpdate<T> | undefined {
    if (this.#coalesced !== undefined) {
      const changes = [...this.#coalesced.values()];
      this.#coalesced = undefined;
      this.#kept = 0;
      return { revision: this.#revision, changes, origin: "coalesced" };
    }
    const update = this.#updates.shift();
    this.#kept -= update?.changes.length ?? 0;
    return update;
  }

  #coalesceAll(): Map<string, ViewChange<T>> {
    const byKey = new Map<string, ViewChange<T>>();
    for (const update of this.#updates) this.#coalesce(byKey, update);
    this.#updates = [];
    return byKey;
  }

  #coalesce(
    byKey: Map<string, ViewChange<T>>,
    { revision, changes }: ViewUpdate<T>,
  ): void {
    for (const change of changes) {
      const id = idOf(change.key);
      // In the order of the last changes.
      byKey.delete(`invalid ${id}`);
      if (change.type === "invalid") {
        // Beside the change of its value, which the view still has.
        byKey.set(`invalid ${id}`, change);
        continue;
      }
      const before = byKey.get(`value ${id}`);
      byKey.delete(`value ${id}`);
      byKey.set(`value ${id}`, before ? since(change, before) : change);
    }
    this.#revision = revision;
  }

  #tellEnd(
    end: { readonly reason: unknown; thrown: boolean },
  ): Promise<Result<T>> {
    if (end.reason === undefined || end.thrown) {
      return Promise.resolve({ done: true, value: undefined });
    }
    end.thrown = true;
    return Promise.reject(end.reason);
  }
}

/** A change with the value before an earlier one; its JSON form stays. */
function since<T>(
  change: ViewChange<T>,
  { previous }: ViewChange<T>,
): ViewChange<T> {
  const prototype = Object.getPrototypeOf(change);
  return Object.assign(Object.create(prototype), change, { previous });
}
