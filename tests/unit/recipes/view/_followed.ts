// What a subscriber makes of the changes of a view, and whatever is wrong with it.
import { clearImmediate, setImmediate } from "node:timers";
import { LiveView, viewSettings } from "../../../../recipes/view/mod.ts";
import type {
  View,
  ViewChange,
  ViewEntry,
  ViewUpdate,
} from "../../../../recipes/mod.ts";
import type { Codec } from "../../../../recipes/mod.ts";
import { prefix } from "../../../../mod.ts";
import type { FakeStore } from "./_fake_store.ts";

/** Text, but no text that starts with "bad". */
export const CODEC: Codec<string> = {
  encode: (value) => value,
  decode(bytes) {
    const text = bytes.text();
    if (text.startsWith("bad")) throw new TypeError("bad");
    return text;
  },
};

/** Starts a view of all keys of a store, whose pauses are short. */
export async function startView(
  store: FakeStore,
  { random = () => 0.5, ...options }: {
    readonly random?: () => number;
    readonly onInvalid?: () => void;
    readonly signal?: AbortSignal;
  } = {},
): Promise<View<string>> {
  const settings = viewSettings(store.keyspace, prefix(""), {
    codec: CODEC,
    ...options,
  });
  const at = (_ms: number, task: () => void) => {
    const timer = setImmediate(task);
    return () => clearImmediate(timer);
  };
  const clock = { now: () => 0, random, schedule: at, hold: at };
  const view = new LiveView(settings, clock);
  await view.start();
  return view;
}

/** A view's entries as text. */
export function shown(
  entries: Iterable<Pick<ViewEntry<string>, "key" | "value" | "modRevision">>,
): string {
  return [...entries]
    .map(({ key, value, modRevision }) =>
      `${key.text()}=${value}@${modRevision}`
    )
    .join(" ");
}

/** A map kept by the changes of a view alone, from when it was made. */
export class Followed {
  readonly faults: string[] = [];
  /** Puts by a revision that the key had already, and revisions told again. */
  readonly repeats: string[] = [];
  /** Its updates. */
  readonly updates: ViewUpdate<string>[] = [];
  readonly done: Promise<void>;
  #error: unknown;
  readonly #map = new Map<string, ViewEntry<string>>();
  /** Keys whose newest value does not decode. */
  readonly #invalid: Set<string>;
  #revision: bigint;

  constructor(
    view: View<string>,
    options: {
      readonly changes?: Parameters<View<string>["changes"]>[0];
      /** Waited for before each update. */
      readonly slow?: () => Promise<void>;
    } = {},
  ) {
    this.#invalid = new Set(view.invalid.map(({ key }) => key));
    for (const entry of view) this.#map.set(entry.key.text(), entry);
    this.#revision = view.revision;
    this.done = this.#read(view.changes(options.changes), options.slow);
  }

  get error(): unknown {
    return this.#error;
  }

  /** Its keys as text. */
  get shown(): string {
    return shown(
      [...this.#map.entries()].sort(([one], [other]) => one < other ? -1 : 1)
        .map(([, entry]) => entry),
    );
  }

  async #read(
    changes: AsyncIterable<ViewUpdate<string>>,
    slow = () => Promise.resolve(),
  ): Promise<void> {
    try {
      for await (const update of changes) {
        this.#take(update);
        await slow();
      }
    } catch (error) {
      this.#error = error;
    }
  }

  #take(update: ViewUpdate<string>): void {
    this.updates.push(update);
    const { origin, changes, revision } = update;
    if (origin === "stream") {
      // It also goes back by a reread without a difference, which is not told.
      if (revision <= this.#revision) this.repeats.push(`${revision}`);
      const last = changes.at(-1)?.revision;
      if (last !== revision) this.faults.push(`${last} is not ${revision}`);
    }
    this.#revision = revision;
    for (const change of changes) this.#apply(change, origin);
  }

  #apply(
    change: ViewChange<string>,
    origin: ViewUpdate<string>["origin"],
  ): void {
    const key = change.key.text();
    const had = this.#map.get(key);
    const fault = (why: string) =>
      this.faults.push(`${origin} ${change.type} ${key}: ${why}`);
    if (change.type !== "invalid" && change.previous !== had?.value) {
      fault(`previous is ${change.previous}, not ${had?.value}`);
    }
    if (change.type === "put") {
      const { value, revision: modRevision } = change;
      if (had?.modRevision === modRevision && had.value === value) {
        // In a history that was lost another write may have had this revision.
        this.repeats.push(`${origin} ${key}`);
      }
      this.#map.set(key, { ...change, modRevision } as never);
      this.#invalid.delete(key);
    } else if (change.type === "delete") {
      const isKnown = this.#map.delete(key) || this.#invalid.delete(key);
      // Of one that came and went, only that is told if both are coalesced.
      if (!isKnown && origin !== "coalesced") fault("unknown");
      this.#invalid.delete(key);
    } else this.#invalid.add(key);
  }
}
