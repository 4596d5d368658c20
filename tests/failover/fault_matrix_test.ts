// A known sequence of revisions, watched through a seeded schedule of faults:
// every watcher must have exactly what the server has. By hand, for longer:
// ETCDENO_MATRIX_MINUTES=10 ETCDENO_MATRIX_SEED=1 deno task test FILE
import { assert, assertEquals } from "@std/assert";
import { BALANCER_NAMES } from "../../balancers/mod.ts";
import {
  Client,
  op,
  type Operation,
  prefix,
  type WatchOptions,
} from "../../mod.ts";
import {
  drawFaults,
  injectFault,
  type PlannedFault,
} from "../harness/cluster/fault_schedule.ts";
import { minutesOr, SEED } from "../harness/cluster/long_run.ts";
import { sleep } from "../harness/mod.ts";
import { seededRandom } from "../unit/support/_fake_clock.ts";
import { History } from "../harness/history.ts";
import { cluster, startThreeMembers } from "./_three_members.ts";

const MINUTES = minutesOr(0.2);
// The whole history is read again at the end, which grows with the time.
const CATCH_UP_MS = 60_000 + MINUTES * 60_000;
const KEYS = 20;
const BURST = 1_100;
const MIB = 1024 * 1024;
const FELT_BY_ALL: PlannedFault = {
  kind: "cut all",
  target: 0,
  durationMs: 200,
  pauseMs: 200,
};
const HEARTBEAT = { intervalMs: 1_000, timeoutMs: 1_000 };

startThreeMembers();

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | watches through a matrix of faults have no gap and no duplicate`, async () => {
    await cluster.reset();
    say(`seed ${SEED}, ${MINUTES} min`);
    const random = seededRandom(SEED);
    await using writer = new Client({
      endpoints: cluster.members.map(({ directEndpoint }) => directEndpoint),
      requestTimeoutMs: 2_000,
    });
    await using client = new Client({
      endpoints: cluster.endpoints,
      balancer,
      dialTimeoutMs: 1_000,
    });
    const run = new MatrixRun(writer, client, `matrix/${balancer}/`);
    const base = (await writer.put(`${run.prefix}first`, "")).header.revision;
    run.watch("from the start", { startRevision: base });
    run.watch("from now on", {});
    run.watch("slow", { startRevision: base, buffer: { events: 40 } });
    run.watch("in one message", { startRevision: base, fragment: false });
    // On members that have been cut off, too, and lag as they come back.
    run.watch("anywhere", { startRevision: base, requireLeader: false });
    await run.ready();

    const stop = new AbortController();
    const writing = run.write(seededRandom(SEED + 1), stop.signal);
    let faults = 0;
    const endsAt = performance.now() + MINUTES * 60_000;
    try {
      // In a short run all that is drawn may befall members without a watch.
      await injectFault(cluster, FELT_BY_ALL);
      for (const fault of drawFaults(random, cluster.members.length)) {
        await injectFault(cluster, fault);
        faults++;
        if (faults % 5 === 0) run.watch("late", { startRevision: base });
        if (faults % 7 === 0) run.watch("from now on, late", {});
        if (performance.now() >= endsAt) break;
      }
    } finally {
      stop.abort();
      await writing;
    }
    await cluster.reset();
    const end = (await writer.put(`${run.prefix}last`, "")).header.revision;
    await run.judge(base, end);
    say(
      `${balancer}: ${end - base + 1n} revisions, ${faults} faults, ` +
        `${run.reconnects} reconnects of ${run.watchers} watches, ` +
        `${run.failed} writes failed`,
    );
    assert(run.reconnects > 0, "no fault was felt");
  });
}

/** One writer and many watchers on one prefix. */
class MatrixRun {
  readonly prefix: string;
  reconnects = 0;
  failed = 0;
  readonly #writer: Client;
  readonly #client: Client;
  readonly #watched: {
    readonly name: string;
    readonly history: History;
    readonly start: Promise<bigint>;
  }[] = [];

  constructor(writer: Client, client: Client, keys: string) {
    this.#writer = writer;
    this.#client = client;
    this.prefix = keys;
  }

  get watchers(): number {
    return this.#watched.length;
  }

  watch(name: string, options: WatchOptions): void {
    const watch = this.#client.watch(prefix(this.prefix), {
      heartbeat: HEARTBEAT,
      onStateChange: ({ kind }) => {
        if (kind === "reconnecting") this.reconnects++;
      },
      ...options,
    });
    const onBatch = name === "slow" ? () => sleep(2) : undefined;
    this.#watched.push({
      name,
      history: new History(watch, { onBatch }),
      start: options.startRevision === undefined
        ? watch.ready.then(({ revision }) => revision + 1n)
        : Promise.resolve(options.startRevision),
    });
  }

  async ready(): Promise<void> {
    for (const { start } of this.#watched) await start;
  }

  /** Writes until told to stop. What fails may be applied or not. */
  async write(random: () => number, signal: AbortSignal): Promise<void> {
    const key = () => `${this.prefix}${Math.floor(random() * KEYS)}`;
    const tell = async (write: () => Promise<unknown>) => {
      try {
        await write();
      } catch {
        // The server's history tells whether it was applied.
        this.failed++;
      }
    };
    for (let round = 1; !signal.aborted; round++) {
      const draw = random();
      if (round % 1_000 === 200) await this.#burst(tell, key);
      else if (round % 300 === 100) {
        await tell(() => this.#writer.put(key(), new Uint8Array(MIB)));
      } else if (draw < 0.6) {
        await tell(() => this.#writer.put(key(), `${round}`));
      } else if (draw < 0.8) await tell(() => this.#writer.delete(key()));
      else await tell(() => this.#writer.txn({ then: this.#several(random) }));
      if (round % 10 === 0) await sleep(5);
    }
  }

  /** Compares every watcher with the server, from its start to the end. */
  async judge(base: bigint, end: bigint): Promise<void> {
    await using watch = this.#writer.watch(prefix(this.prefix), {
      startRevision: base,
    });
    const truth = new History(watch);
    await truth.reach(end, CATCH_UP_MS);
    // Nobody else writes, so the server's own history has each revision.
    assertEquals(truth.faults, []);
    assertEquals(BigInt(truth.revisions.size), end - base + 1n);
    for (const { name, history, start } of this.#watched) {
      await history.reach(end, CATCH_UP_MS);
      assertEquals(history.differences(truth, await start), [], name);
    }
  }

  async #burst(
    tell: (write: () => Promise<unknown>) => Promise<void>,
    key: () => string,
  ): Promise<void> {
    const puts = Array.from(
      { length: BURST },
      () => tell(() => this.#writer.put(key(), "burst")),
    );
    await Promise.all(puts);
  }

  /** Operations on several keys, which share a revision. */
  #several(random: () => number): readonly Operation[] {
    const first = Math.floor(random() * KEYS);
    return [0, 1, 2].map((step) =>
      op.put(`${this.prefix}${(first + step) % KEYS}`, "txn")
    );
  }
}

/** For people: what the figures were, and the seed to have them again. */
function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`  fault matrix: ${line}\n`));
}
