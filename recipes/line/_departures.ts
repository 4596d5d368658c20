import { keyId } from "../../api/values/mod.ts";
import { untilAborted, withDeadline } from "../../api/waiting/mod.ts";
import type { KeyRange, Keyspace } from "../../mod.ts";
import { untilAnswered, watchAfterRead } from "../steps/mod.ts";

/** The departures as one place in the queue sees them. */
export class DepartureView {
  /** The keys that were deleted, since it was last emptied. */
  readonly gone: Set<string> = new Set<string>();
  #stale = false;
  #failed: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** Whether the queue has to be read again; not so from now on. */
  takeStale(): boolean {
    const stale = this.#stale;
    this.#stale = false;
    return stale;
  }

  /** Waits for a departure, or for anything else to look at. */
  async changed(signal: AbortSignal): Promise<void> {
    const pending = () => this.#stale || this.gone.size > 0 || this.#failed;
    if (!pending()) {
      await untilAborted(signal, (resolve) => {
        this.#wake = resolve;
        return () => this.#wake = undefined;
      });
    }
    if (this.#failed !== undefined) throw this.#failed.error;
  }

  /** A key was deleted. */
  tell(id: string): void {
    this.gone.add(id);
    this.#wake?.();
  }

  /** Some departures may not have been told. */
  tellStale(): void {
    this.#stale = true;
    this.#wake?.();
  }

  /** There will be no departures any more. */
  fail(error: unknown): void {
    this.#failed = { error };
    this.#wake?.();
  }
}

/** Tells all places in a line who leaves it, by one watch. */
export class Departures {
  readonly #keys: Pick<Keyspace, "watch" | "range">;
  readonly #range: KeyRange;
  readonly #thing: string;
  readonly #views = new Set<DepartureView>();
  readonly #closed = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    keys: Pick<Keyspace, "watch" | "range">,
    { range, thing }: { readonly range: KeyRange; readonly thing: string },
  ) {
    this.#keys = keys;
    this.#range = range;
    this.#thing = thing;
  }

  /** Has to be called before the queue is read that the view goes on from. */
  open(): DepartureView {
    const view = new DepartureView();
    this.#views.add(view);
    return view;
  }

  /** Goes on from a read at this revision. */
  follow(view: DepartureView, readAt: bigint): void {
    if (this.#running !== undefined) return;
    // The others may have been read before.
    for (const other of this.#views) if (other !== view) other.tellStale();
    this.#running = this.#run(readAt).catch((error) => {
      this.#running = undefined;
      for (const one of this.#views) one.fail(error);
    });
  }

  /** Ends a view. */
  drop(view: DepartureView): void {
    this.#views.delete(view);
  }

  /** Ends the watch. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#running;
  }

  async #run(readFirstAt: bigint): Promise<void> {
    const { signal } = this.#closed;
    for (let readAt = readFirstAt;;) {
      const options = { readAt, noPut: true, signal };
      for await (
        const { kv } of watchAfterRead(this.#keys, this.#range, options)
      ) {
        const id = keyId(kv.key);
        for (const view of this.#views) view.tell(id);
      }
      readAt = await this.#revision(signal);
      // Whatever they read from now on is of this revision or later.
      for (const view of this.#views) view.tellStale();
    }
  }

  #revision(signal: AbortSignal): Promise<bigint> {
    return withDeadline({
      signal,
      timeoutMs: Infinity,
      action: () => `read the queue for ${this.#thing}`,
    }, async (context) => {
      const { answer: { header } } = await untilAnswered(
        (options) =>
          this.#keys.range(this.#range, { ...options, countOnly: true }),
        context,
        { writes: false },
      );
      return header.revision;
    });
  }
}
