import { type Client, prefix, type WatchEvent } from "../../../../mod.ts";
import type { Worker } from "../_workers.ts";

/** What has become of the items. */
export interface Account {
  readonly counts: {
    readonly consumed: number;
    /** Taken by a consumer that was killed before it could say so. */
    readonly killed: number;
    /** A consumer has said that it may have lost it. */
    readonly told: number;
    /** Of those whose enqueueing was in doubt, the ones that are there. */
    readonly doubted: number;
  };
  /** What must not be. */
  readonly faults: readonly string[];
}

/** An item as the history of the store has it. */
interface Taken {
  /** The lease of the consumer that took it. */
  readonly lease: bigint | undefined;
  readonly revision: bigint;
}

/** Keeps account of all items of a queue of either kind. */
export class Ledger {
  readonly #name: string;
  /** Key by value, of those that were put. */
  readonly #put = new Map<string, string>();
  readonly #doubted = new Set<string>();
  readonly #keyOf = new Map<string, string>();
  /** By value. */
  readonly #taken = new Map<string, Taken>();
  readonly #putTwice: string[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  /** An item was put. */
  put(value: string, key: string): void {
    this.#put.set(value, key);
  }

  /** The answer about an item said that it may be there. */
  mayBePut(value: string): void {
    this.#doubted.add(value);
  }

  /** Reads who took which item: both are written at one revision. */
  async readHistory(client: Client, startRevision: bigint): Promise<void> {
    const lanes = new Map<bigint, bigint>();
    /** Value by key: a key may have one after the other. */
    const at = new Map<string, string>();
    const items = `${this.#name}/`;
    for await (
      const { kv } of eventsOf(client, `__${items}writes/`, startRevision)
    ) lanes.set(kv.modRevision, kv.lease);
    for await (const event of eventsOf(client, items, startRevision)) {
      const { type, kv } = event;
      const key = kv.key.text();
      if (type === "put") {
        const value = kv.value.text();
        // One that was put back has its key again.
        const before = this.#keyOf.get(value) ?? key;
        if (before !== key) this.#putTwice.push(value);
        this.#keyOf.set(value, key);
        at.set(key, value);
        this.#taken.delete(value);
        continue;
      }
      this.#taken.set(at.get(key) ?? key, {
        lease: lanes.get(kv.modRevision),
        revision: kv.modRevision,
      });
    }
  }

  /** Holds what the consumers have said against it. */
  account(workers: readonly Worker[]): Account {
    const faults = this.#putTwice.map((value) => `${value} was put twice`);
    const consumed = new Map<string, number>();
    const lines = workers.flatMap(({ program }) => program.lines);
    for (const line of lines) {
      const got = `got ${this.#name} `;
      if (!line.startsWith(got)) continue;
      const value = line.slice(got.length);
      consumed.set(value, (consumed.get(value) ?? 0) + 1);
    }
    for (const [value, times] of consumed) {
      if (times > 1) faults.push(`${value} was consumed ${times} times`);
    }
    const told = lines.filter((line) => line.startsWith("error "));
    const counts = { consumed: consumed.size, killed: 0, told: 0, doubted: 0 };
    for (const value of [...this.#put.keys(), ...this.#doubted]) {
      const key = this.#keyOf.get(value);
      if (this.#doubted.has(value)) {
        if (key === undefined) continue;
        counts.doubted++;
      }
      if (consumed.has(value)) continue;
      const by = told.findIndex((line) => line.includes(`"${key}"`));
      if (by >= 0) {
        // Of one item, as another one may have the key as well.
        told.splice(by, 1);
        counts.told++;
      } else if (this.#diedWith(value, workers)) counts.killed++;
      else faults.push(`${value} is missing`);
    }
    return { counts, faults };
  }

  /** Whether the consumer that took an item was killed, and took none after it. */
  #diedWith(value: string, workers: readonly Worker[]): boolean {
    const taken = this.#taken.get(value);
    if (taken?.lease === undefined) return false;
    const line = `session ${taken.lease}`;
    const by = workers.find(({ program }) => program.lines.includes(line));
    if (by?.killed !== true) return false;
    return [...this.#taken.values()].every(({ lease, revision }) =>
      lease !== taken.lease || revision <= taken.revision
    );
  }
}

/** All events of a prefix up to now. */
async function* eventsOf(
  client: Client,
  start: string,
  startRevision: bigint,
): AsyncIterableIterator<WatchEvent> {
  const { header } = await client.put(`${start}over`, "over");
  await using watch = client.watch(prefix(start), { startRevision });
  for await (const event of watch.events()) {
    if (event.kv.modRevision === header.revision) return;
    yield event;
  }
}
