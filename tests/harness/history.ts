import type { Watch, WatchBatch, WatchEvent } from "../../mod.ts";
// Not by the door, so that a program with `--allow-net` alone can have it.
import { waitFor } from "../../testing/wait/mod.ts";

// A hundred watches of a hundred thousand revisions see the same events: each
// is kept once.
const KEPT = new Map<string, readonly string[]>();

function keep(events: readonly string[]): readonly string[] {
  const id = events.join();
  const known = KEPT.get(id);
  if (known !== undefined) return known;
  KEPT.set(id, events);
  return events;
}

/** How a history is kept. */
export interface HistoryOptions {
  /** Called with nothing after each batch; the next one waits for it. */
  readonly onBatch?: (() => unknown) | undefined;
  /** The text an event is kept as. @default {all of it but the value} */
  readonly describe?: ((event: WatchEvent) => string) | undefined;
}

/** What a watch has delivered, and whatever was wrong with how it came. */
export class History {
  /** The events of each revision, as texts. */
  readonly revisions: Map<bigint, readonly string[]> = new Map();
  /** Repetitions, disorder and revisions that were split. */
  readonly faults: string[] = [];
  /** Resolves when the watch has ended, however that was. */
  readonly done: Promise<void>;
  error: unknown;
  readonly #describe: (event: WatchEvent) => string;
  #last = 0n;

  constructor(
    watch: Watch,
    { onBatch = () => {}, describe = textOf }: HistoryOptions = {},
  ) {
    this.#describe = describe;
    this.done = this.#read(watch, onBatch);
  }

  /** The newest revision. */
  get last(): bigint {
    return this.#last;
  }

  /** Waits until everything up to a revision has come. */
  async reach(revision: bigint, timeoutMs = 30_000): Promise<void> {
    await waitFor(`the events up to revision ${revision}`, () => {
      if (this.error !== undefined) throw this.error;
      return this.#last >= revision;
    }, { timeoutMs });
  }

  /** How this differs from what the server has, from a revision on. */
  differences(truth: History, from: bigint): readonly string[] {
    const found = [...this.faults];
    for (const [revision, events] of truth.revisions) {
      if (revision < from || revision > this.#last) continue;
      const own = this.revisions.get(revision);
      if (own === undefined) found.push(`a gap at ${revision}`);
      else if (own !== events && own.join() !== events.join()) {
        found.push(`${revision} is [${own}] instead of [${events}]`);
      }
    }
    for (const revision of this.revisions.keys()) {
      if (revision < from) found.push(`${revision} is before the start`);
      if (!truth.revisions.has(revision)) found.push(`${revision} never was`);
    }
    return found;
  }

  /** Drops what has come so far, but not how far that was. */
  forget(): void {
    this.revisions.clear();
    this.faults.length = 0;
    KEPT.clear();
  }

  async #read(watch: Watch, onBatch: () => unknown): Promise<void> {
    try {
      for await (const batch of watch) {
        this.#take(batch);
        await onBatch();
      }
    } catch (error) {
      this.error = error;
    }
  }

  #take({ events }: WatchBatch): void {
    const before = this.#last;
    for (const event of events) {
      const revision = event.kv.modRevision;
      if (revision <= before) {
        this.faults.push(`${revision} comes again or is split`);
      }
      if (revision < this.#last) this.faults.push(`${revision} is late`);
      this.#last = revision > this.#last ? revision : this.#last;
      const earlier = this.revisions.get(revision) ?? [];
      this.revisions.set(revision, keep([...earlier, this.#describe(event)]));
    }
  }
}

function textOf({ type, kv }: WatchEvent): string {
  return `${type} ${kv.key.text()} v${kv.version} ${kv.value.length} B`;
}
