import type { Keyspace } from "../../../../mod.ts";
import { EtcdError, prefix } from "../../../../mod.ts";
import {
  type Isolation,
  stm,
  type StmOptions,
  type Tx,
} from "../../../../recipes/mod.ts";
import {
  disorder,
  type Seen,
  unwritten,
  type Values,
} from "./_serial_order.ts";

const NAMES = ["a", "b", "c"] as const;
const EVERYTHING = prefix("k/");

/** A run of a transaction's function. */
interface Ran {
  readonly startMs: number;
  endMs: number;
  readonly reads: Record<string, string | undefined>;
  readonly writes: Record<string, string | undefined>;
}

/** Transactions on three keys, as all that made them saw them. */
export class HistoryRun {
  /** Those that were done, or may have been. */
  readonly seen: Seen[] = [];
  /** Runs that were not done, as reads alone. */
  readonly tries: Seen[] = [];
  readonly isolation: Isolation;
  readonly #ks: Keyspace;
  readonly #options: StmOptions;
  #serial = 0;

  /** All keys of `ks` are its own. */
  constructor(
    ks: Keyspace,
    options: StmOptions & {
      readonly isolation: Isolation;
    },
  ) {
    this.#ks = ks;
    this.isolation = options.isolation;
    this.#options = options;
  }

  /**
   * Whether those that delete write a value of their own as well: a key that is
   * gone does not tell who deleted it, and the policy takes it for its own.
   */
  get namesDeletes(): boolean {
    return this.#options.doubt === "sameValue";
  }

  /** How many of them were in doubt in the end. */
  get doubts(): number {
    return this.seen.filter(({ inDoubt }) => inDoubt).length;
  }

  /** Makes so many transactions, one after the other. */
  async work(
    random: () => number,
    { count, ks = this.#ks }: {
      readonly count: number;
      readonly ks?: Keyspace | undefined;
    },
  ): Promise<void> {
    for (let at = 0; at < count; at++) await this.#transact(ks, random);
  }

  /** Reads everything, as a transaction of its own. */
  async readAll(ks: Keyspace): Promise<Values> {
    const startMs = performance.now();
    const { kvs } = await ks.range(EVERYTHING);
    const reads = valuesOf(
      kvs.map(({ key, value }) => [key.text(), value.text()]),
    );
    const endMs = performance.now();
    this.seen.push({ name: "the end", reads, writes: {}, startMs, endMs });
    return reads;
  }

  /** What the level does not allow; nothing if all is as it says. */
  fault(initial: Values = {}): string | undefined {
    const ghosts = unwritten([...this.seen, ...this.tries], initial);
    if (ghosts.length > 0) return `nobody wrote: ${ghosts.join("; ")}`;
    switch (this.isolation) {
      case "serializableSnapshot":
      case "serializable":
        // Also what was not done has seen only what once was.
        return disorder([...this.seen, ...this.tries], initial);
      case "repeatableReads":
        return disorder(this.seen, initial);
      case "readCommitted":
        return undefined;
    }
  }

  async #transact(ks: Keyspace, random: () => number): Promise<void> {
    const startMs = performance.now();
    const name = `t${++this.#serial}`;
    const runs: Ran[] = [];
    const kind = random();
    const [one = "a", other = "b"] = NAMES.toSorted(() => random() - 0.5);
    const prefetch = random() < 0.3 ? [`k/${one}`, EVERYTHING] : [];
    let outcome: "done" | "doubt" | "not done" = "done";
    try {
      await stm(ks, async (tx) => {
        const ran = { startMs, endMs: Infinity, reads: {}, writes: {} };
        runs.push(ran);
        const value = `${name}.${runs.length}`;
        const { isolation, namesDeletes } = this;
        const about = { kind, one, other, value, isolation, namesDeletes };
        await change(tx, ran, about);
        ran.endMs = performance.now();
      }, { ...this.#options, prefetch });
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      outcome = error.maybeCommitted ? "doubt" : "not done";
    }
    const endMs = performance.now();
    const last = outcome === "not done" ? undefined : runs.pop();
    if (last !== undefined) {
      const inDoubt = outcome === "doubt";
      this.seen.push({ ...last, name, startMs, endMs, inDoubt });
    }
    for (const [at, { reads, endMs: ranTo }] of runs.entries()) {
      const readBy = Math.min(ranTo, endMs);
      const about = { name: `${name}.${at + 1}`, reads, writes: {} };
      this.tries.push({ ...about, startMs, endMs: readBy });
    }
  }
}

/** Some transaction: reads and writes that depend on each other, or not. */
async function change(
  tx: Tx<string>,
  { reads, writes }: Ran,
  { kind, one, other, value, isolation, namesDeletes }: {
    readonly isolation: Isolation;
    readonly namesDeletes: boolean;
    readonly kind: number;
    readonly one: string;
    readonly other: string;
    readonly value: string;
  },
): Promise<void> {
  const get = async (name: string) => {
    reads[name] = await tx.get(`k/${name}`);
  };
  const put = (name: string) => {
    tx.put(`k/${name}`, value);
    writes[name] = value;
  };
  if (kind < 0.3) {
    // Both, as in a transfer.
    await get(one);
    await get(other);
    put(one);
    put(other);
  } else if (kind < 0.5) {
    // One by the other, as where skew comes from.
    await Promise.all([get(one), get(other)]);
    put(one);
  } else if (kind < 0.6) {
    await get(one);
    put(other);
  } else if (kind < 0.8) {
    // By what there is, as where phantoms come from.
    const entries = await tx.range(EVERYTHING);
    const found = valuesOf(
      entries.map(({ key, value }) => [key.text(), value]),
    );
    for (const [name, value] of Object.entries(found)) {
      // Below, keys may come into a range.
      const counts = isolation !== "repeatableReads" || value !== undefined;
      if (counts) reads[name] = value;
    }
    if (entries.length === NAMES.length) {
      tx.delete(`k/${one}`);
      writes[one] = undefined;
      if (namesDeletes) put(other);
    } else put(one);
  } else {
    for (const name of NAMES) await get(name);
  }
}

function valuesOf(found: readonly (readonly [string, string])[]): Values {
  const values: Record<string, string | undefined> = {};
  for (const name of NAMES) values[name] = undefined;
  for (const [key, value] of found) values[key.slice(2)] = value;
  return values;
}
