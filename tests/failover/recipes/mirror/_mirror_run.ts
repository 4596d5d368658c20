import { assert, assertEquals } from "@std/assert";
import {
  type Client,
  CompactedError,
  EtcdError,
  FutureRevisionError,
  op,
  prefix,
} from "../../../../mod.ts";
import { type Mirror, mirror } from "../../../../recipes/mod.ts";
import { sleep } from "../../../harness/mod.ts";
import { seededRandom } from "../../../unit/support/_fake_clock.ts";
import {
  assertEqual,
  behindProxies,
  contents,
  from,
  type MirrorRoute,
  newRoute,
  past,
  to,
} from "./_two_clusters.ts";

const KEYS = 40;
const MAX_TXN_OPS = 16;
const LARGEST_TXN = 40;
const WRITE_PAUSE_MS = 5;

/** A writer, a mirror that is stopped and started, and reads that compare. */
export class MirrorRun implements AsyncDisposable {
  readonly route: MirrorRoute = newRoute();
  /** Reads of the target that were equal to the source. */
  compared = 0;
  starts = 0;
  syncs = 0;
  readonly #stack = new AsyncDisposableStack();
  readonly #random: () => number;
  readonly #here: Client;
  readonly #there: Client;
  #mirror: Mirror | undefined;
  #client: Client | undefined;
  #writing = new AbortController();
  #written: Promise<void> = Promise.resolve();
  #serial = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#here = this.#stack.use(past(from));
    this.#there = this.#stack.use(past(to));
  }

  /** Starts another mirror: the one before is closed, or left as if killed. */
  async restart(): Promise<void> {
    const before = this.#mirror;
    const client = this.#client;
    if (this.#random() < 0.5) {
      await before?.close();
      await client?.close();
    } else if (client !== undefined) {
      // It goes on beside the next one, and must not get in its way.
      this.#stack.defer(async () => {
        await before?.close();
        await client.close();
      });
    }
    const source = this.#client = behindProxies(from);
    const target = behindProxies(to);
    this.#stack.defer(() => target.close());
    this.#stack.defer(() => source.close());
    for (;;) {
      try {
        this.#mirror = await mirror(source, target, {
          ...this.route,
          maxTxnOps: MAX_TXN_OPS,
          heartbeat: { intervalMs: 500, timeoutMs: 500 },
          onStateChange: ({ kind }) => {
            if (kind === "syncing") this.syncs++;
          },
        });
        this.starts++;
        return;
      } catch (error) {
        // One side is away.
        if (!(error instanceof EtcdError) || !error.retryable) throw error;
      }
    }
  }

  write(): void {
    const { signal } = this.#writing = new AbortController();
    this.#written = this.#write(signal);
  }

  async rest(): Promise<void> {
    this.#writing.abort();
    await this.#written;
  }

  /** Drops the source's history up to now. */
  async compact(): Promise<void> {
    try {
      const { header } = await this.#here.range("mirror", { countOnly: true });
      await this.#here.kv.compact(header.revision);
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
    }
  }

  /** Compares the target with the source at the checkpoint's revision. */
  async compare(): Promise<void> {
    const { prefix: start, destinationPrefix, checkpoint } = this.route;
    try {
      const { results } = await this.#there.txn({
        then: [op.get(checkpoint), op.range(prefix(destinationPrefix))],
      }, { timeoutMs: 2_000 });
      assert(results.length === 2);
      const [own, copies] = results;
      const { phase, revision } = own?.value.json<Checkpoint>() ?? {};
      if (phase !== "following" || revision === undefined) return;
      const found = copies.kvs.map(({ key, value }) => [
        key.text().slice(destinationPrefix.length),
        value.text(),
      ]);
      const truth = await contents(this.#here, start, BigInt(revision));
      assertEquals(Object.fromEntries(found), truth, `at ${revision}`);
      this.compared++;
    } catch (error) {
      // The history is gone, or a member is.
      const passes = error instanceof CompactedError ||
        error instanceof FutureRevisionError ||
        (error instanceof EtcdError && error.retryable);
      if (!passes) throw error;
    }
  }

  /** The mirror catches up, and both sides are equal. */
  async judge(): Promise<void> {
    await this.rest();
    assert(this.#mirror);
    await assertEqual(this.#mirror, this.route);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rest();
    await this.#mirror?.close();
    await this.#stack.disposeAsync();
  }

  async #write(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#writeOnce();
      } catch (error) {
        // A member is gone; the next one is tried.
        if (!(error instanceof EtcdError)) throw error;
      }
      await sleep(WRITE_PAUSE_MS);
    }
  }

  async #writeOnce(): Promise<void> {
    const key = (at: number) => `${this.route.prefix}${at}`;
    const options = { timeoutMs: 1_000 };
    const which = this.#random();
    if (which < 0.05) {
      await this.#here.delete(prefix(key(this.#below(4))), options);
      return;
    }
    const most = which < 0.1 ? LARGEST_TXN : 4;
    const numbers = new Set(
      Array.from({ length: 1 + this.#below(most) }, () => this.#below(KEYS)),
    );
    const then = [...numbers].map((at) =>
      this.#random() < 0.3
        ? op.delete(key(at))
        : op.put(key(at), `${++this.#serial}`)
    );
    await this.#here.txn({ then }, options);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

interface Checkpoint {
  readonly phase: string;
  readonly revision: string;
}
