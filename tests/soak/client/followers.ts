import {
  prefix,
  type Watch,
  type WatchEvent,
  type WatchOptions,
} from "../../../mod.ts";
import type { Client } from "../../../mod.ts";
import { History } from "../../harness/history.ts";
import { sleep, waitFor } from "../../../testing/wait/mod.ts";
import { draw, type Load, WATCHED } from "./load.ts";
import type { Tally } from "./tally.ts";

const HEARTBEAT = { intervalMs: 1_000, timeoutMs: 1_000 };
const REACH_MS = 60_000;
const CLOSE_MS = 2_000;

/** The watches that stay, by what is special with them. */
const STAYING: Readonly<Record<string, WatchOptions>> = {
  all: {},
  slow: { buffer: { events: 40 } },
  whole: { fragment: false },
  // On members that have been cut off, too, and lag as they come back.
  anywhere: { requireLeader: false },
  progress: { progressNotify: true, heartbeat: false },
};

interface Follower {
  readonly name: string;
  readonly watch: Watch;
  readonly history: History;
  /** The first revision that it must have; none if it never was there. */
  readonly from: Promise<bigint | undefined>;
}

/** Watches of the same keys, each of which must have every revision. */
export class Followers {
  readonly #client: Client;
  readonly #tally: Tally;
  #staying: readonly Follower[] = [];
  #gone: Follower[] = [];
  #after = 0n;

  constructor(client: Client, tally: Tally) {
    this.#client = client;
    this.#tally = tally;
  }

  /** The number of those that stay. */
  get staying(): number {
    return this.#staying.length;
  }

  /** A window begins after a revision. */
  begin(after: bigint): void {
    this.#after = after;
    if (this.#staying.length > 0) return;
    this.#staying = Object.entries(STAYING).map(([name, options]) =>
      this.#follow(name, { startRevision: after + 1n, ...options })
    );
  }

  /** One that comes and goes. */
  async visit(load: Load): Promise<void> {
    const startRevision = load.random() < 0.1 ? this.#after + 1n : undefined;
    const one = this.#follow("a visitor", { startRevision });
    await sleep(draw(load, { least: 0, limit: 2_000 }));
    await this.#tally.call(
      { what: "the close of a watch", timeoutMs: CLOSE_MS },
      () => one.watch.close(),
    );
    await one.history.done;
    this.#gone.push(one);
  }

  /** Judges all of them up to a revision, and forgets what they had. */
  async judge(
    through: bigint,
  ): Promise<readonly (readonly [string, readonly string[]])[]> {
    const [truth] = this.#staying;
    if (truth === undefined) return [];
    for (const one of this.#staying) await this.#reach(one, through);
    for (const one of [...this.#staying, ...this.#gone]) {
      this.#tally.counts.watches++;
      await this.#compare(one, truth.history);
    }
    const revisions = [...truth.history.revisions]
      .map(([revision, events]) => [String(revision), events] as const);
    this.#gone = [];
    for (const { history } of this.#staying) history.forget();
    return revisions;
  }

  /** Ends those that stay. */
  async close(): Promise<void> {
    await Promise.all(this.#staying.map(({ watch }) => watch.close()));
    this.#staying = [];
  }

  async #reach({ name, history }: Follower, through: bigint): Promise<void> {
    try {
      await waitFor(
        `revision ${through}`,
        () => history.last >= through || history.error !== undefined,
        { timeoutMs: REACH_MS },
      );
    } catch {
      this.#tally.fault(`${name} has ${history.last} and not ${through}`);
    }
  }

  async #compare(one: Follower, truth: History): Promise<void> {
    const { name, history, from } = one;
    if (history.error !== undefined) {
      this.#tally.fault(`${name} ended with ${history.error}`);
    }
    const started = await from;
    if (started === undefined) return;
    const first = started > this.#after ? started : this.#after + 1n;
    for (const text of history.differences(truth, first)) {
      this.#tally.fault(`${name} from ${first}: ${text}`);
    }
  }

  #follow(name: string, options: WatchOptions): Follower {
    const watch = this.#client.watch(prefix(WATCHED), {
      heartbeat: HEARTBEAT,
      onStateChange: ({ kind }) => {
        if (kind === "reconnecting") this.#tally.counts.reconnects++;
      },
      ...options,
    });
    const { startRevision } = options;
    const onBatch = name === "slow" ? () => sleep(2) : undefined;
    return {
      name,
      watch,
      history: new History(watch, { onBatch, describe }),
      from: watch.ready.then(
        ({ revision }) => startRevision ?? revision + 1n,
        () => startRevision,
      ),
    };
  }
}

/** An event as a text, with the token of the write that made it. */
export function describe({ type, kv }: WatchEvent): string {
  const token = kv.value.subarray(0, 32);
  return `${type} ${kv.key.text()} v${kv.version} ${
    new TextDecoder().decode(token).trimEnd()
  }`.trimEnd();
}
