// Views of one range under every strategy, and a writer that changes it.
import { assertEquals } from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import { Client, CompactedError, op, prefix } from "../../../mod.ts";
import { text, type View, view } from "../../../recipes/mod.ts";
import { sleep, waitFor } from "../../harness/mod.ts";
import { seededRandom } from "../../unit/support/_fake_clock.ts";
import { Followed, shown } from "../../unit/recipes/view/_followed.ts";
import { cluster } from "../_three_members.ts";

const KEYS = 20;
const PER_TXN = 4;
const WRITE_PAUSE_MS = 10;
const BACK_MS = 60_000;
export const RANGE = "view/";

/** A view, and two that follow its changes. */
export interface Subject {
  readonly name: string;
  readonly view: View<string>;
  /** Keeps every change. */
  readonly all: Followed;
  /** Takes its time, so that changes are coalesced. */
  readonly slow: Followed;
}

/** Views with a client each, and all that has happened. */
export class ViewRun implements AsyncDisposable {
  readonly writer: Client;
  readonly subjects: Subject[] = [];
  /** Reads that a view was compared with. */
  compared = 0;
  rereads = 0;
  readonly #stack = new AsyncDisposableStack();
  readonly #random: () => number;
  #writing: AbortController | undefined;
  #written: Promise<void> = Promise.resolve();
  #serial = 0;
  /** Transactions that were answered. */
  #txns = 0;
  #hasGoneBack = false;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    const endpoints = cluster.members.map((member) => member.directEndpoint);
    this.writer = this.#stack.use(
      new Client({ endpoints, requestTimeoutMs: 2_000, keepAlive: false }),
    );
  }

  /** Starts a view under each strategy. */
  async start(): Promise<void> {
    for (const balancer of BALANCER_NAMES) {
      const client = this.#stack.use(
        new Client({
          endpoints: cluster.endpoints,
          balancer,
          dialTimeoutMs: 1_000,
          keepAlive: false,
        }),
      );
      const heartbeat = { intervalMs: 1_000, timeoutMs: 1_000 };
      const one = this.#stack.use(
        await view(client, prefix(RANGE), {
          codec: text,
          heartbeat,
          onStateChange: ({ kind }) => {
            if (kind === "rereading") this.rereads++;
          },
        }),
      );
      const buffer = { changes: 5, policy: "coalesce" } as const;
      this.subjects.push({
        name: balancer,
        view: one,
        all: new Followed(one, { changes: { buffer: { changes: 1_000_000 } } }),
        slow: new Followed(one, {
          changes: { buffer },
          slow: () => sleep(30),
        }),
      });
    }
  }

  /** Writes until {@linkcode rest}. */
  write(): void {
    const { signal } = this.#writing = new AbortController();
    this.#written = this.#write(signal);
  }

  /** Waits until so much more has been written. */
  async wrote(txns: number): Promise<void> {
    const before = this.#txns;
    await waitFor("writes", () => this.#txns >= before + txns);
  }

  /** Writes no more. */
  async rest(): Promise<void> {
    this.#writing?.abort();
    await this.#written;
  }

  /** Drops the history up to now. */
  async compact(): Promise<void> {
    const { header } = await this.writer.range("view", { countOnly: true });
    await this.writer.kv.compact(header.revision);
  }

  /** Compares each view with a read at its revision. */
  async compare(): Promise<void> {
    for (const { name, view } of this.subjects) {
      const { revision } = view;
      const own = shown(view);
      try {
        assertEquals(own, await this.#read(revision), name);
        this.compared++;
      } catch (error) {
        // Its history is gone meanwhile.
        if (!(error instanceof CompactedError)) throw error;
      }
    }
  }

  /** Puts the store back; resolves when every view has noticed. */
  async goBack(snapshot: string): Promise<void> {
    await this.rest();
    await cluster.restore({ snapshot });
    const { header: { revision } } = await this.writer.range("view");
    this.#hasGoneBack = true;
    for (const { name, view } of this.subjects) {
      await waitFor(
        `${name} going back to ${revision}`,
        () => view.revision <= revision && view.state.kind === "live",
        { timeoutMs: BACK_MS },
      );
    }
  }

  /** Every view catches up, and all that followed it have the same. */
  async judge(): Promise<void> {
    await this.rest();
    const { header } = await this.writer.put(`${RANGE}last`, "");
    const truth = await this.#read(header.revision);
    for (const { name, view, all, slow } of this.subjects) {
      await view.waitFor(header.revision, { timeoutMs: BACK_MS });
      assertEquals(shown(view), truth, name);
      for (const followed of [all, slow]) {
        await waitFor(`${name} told all`, () => followed.shown === truth, {
          timeoutMs: BACK_MS,
        });
        assertEquals([followed.faults, followed.error], [[], undefined], name);
        if (!this.#hasGoneBack) assertEquals(followed.repeats, [], name);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rest();
    await this.#stack.disposeAsync();
    for (const { all, slow } of this.subjects) {
      await Promise.all([all.done, slow.done]);
    }
  }

  async #read(revision: bigint): Promise<string> {
    const kvs = await Array.fromAsync(
      this.writer.list(prefix(RANGE), { revision }),
    );
    return shown(kvs.map((kv) => ({ ...kv, value: kv.value.text() })));
  }

  async #write(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const numbers = new Set(
        Array.from({ length: PER_TXN }, () => this.#below(KEYS)),
      );
      const then = [...numbers].map((at) => {
        const key = `${RANGE}${at}`;
        return this.#random() < 0.3
          ? op.delete(key)
          : op.put(key, `${++this.#serial}`);
      });
      try {
        await this.writer.txn({ then });
        this.#txns++;
      } catch {
        // A member is gone; the next one is tried.
      }
      await sleep(WRITE_PAUSE_MS);
    }
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}
