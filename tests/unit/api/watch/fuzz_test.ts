// Watches against a model: whatever becomes of streams, members and consumers,
// each gets every revision from its start on, whole, once and in order, and none
// takes a member that lags for a history that is lost.
import { assert, assertEquals } from "@std/assert";
import type { Kv } from "../../../../api/kv/kv.ts";
import {
  CompactedError,
  type Watch,
  type WatchBatch,
} from "../../../../mod.ts";
import { seededRandom } from "../../support/_fake_clock.ts";
import { freshSeeds } from "../../support/_seeds.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeWatches } from "./_fake_watch.ts";
import { type WatchIdRule, WatchWorld } from "./_world.ts";

const ROUNDS = 300;
const STEPS = 120;

/** A consumer that reads when it is told to. */
class Consumer {
  readonly batches: WatchBatch[] = [];
  error: unknown;
  start: bigint | undefined;
  readonly #reader: AsyncIterator<WatchBatch>;
  #reading = false;
  #ended = false;

  constructor(watch: Watch, start: bigint | undefined) {
    this.start = start;
    this.#reader = watch[Symbol.asyncIterator]();
    watch.ready.then(
      ({ revision }) => this.start ??= revision + 1n,
      () => {},
    );
  }

  read(): void {
    if (this.#reading || this.#ended) return;
    this.#reading = true;
    this.#reader.next().then(({ done, value }) => {
      this.#reading = false;
      if (done) this.#ended = true;
      else this.batches.push(value);
    }, (error) => {
      this.error = error;
      this.#ended = true;
    });
  }

  get next(): bigint | undefined {
    const last = this.batches.findLast(({ events }) => events.length > 0)
      ?.events.at(-1);
    return last === undefined ? this.start : last.kv.modRevision + 1n;
  }

  /** Holds what has come against what has happened. */
  check(world: WatchWorld, note: string): void {
    if (this.error !== undefined) {
      assert(this.error instanceof CompactedError, `${note}: ${this.error}`);
      assert((this.next ?? 0n) < world.compacted, `${note}: ${this.error}`);
    }
    let next = this.start ?? 0n;
    for (const { header, events, origin } of this.batches) {
      assertEquals(origin, "stream");
      // Progress: all up to there has been delivered.
      assert(events.length > 0 || header.revision < next, note);
      for (let at = 0; at < events.length;) {
        const keys = world.keysAt(next);
        assert(keys.length > 0, note);
        const here = events.slice(at, at + keys.length).map(({ kv }) =>
          `${kv.key.text()}@${kv.modRevision}`
        );
        assertEquals(here, keys.map((key) => `${key}@${next}`), note);
        at += keys.length;
        next++;
      }
    }
  }
}

async function play(
  seed: number,
  kind: { readonly ids: WatchIdRule },
): Promise<void> {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  // Asked about its history as members lag, which it has not lost.
  const kv = {
    range: async () => {
      const { revision } = world;
      for (let waits = below(3); waits > 0; waits--) await microtasks();
      if (below(3) === 0) throw new Error("no answer");
      return { header: { revision } };
    },
  } as unknown as Kv;
  const fake = new FakeWatches(kv);
  const world: WatchWorld = new WatchWorld(fake, below, kind);
  const consumers: Consumer[] = [];
  const start = () => {
    const given = below(2) === 0 ? undefined : BigInt(2 + below(12));
    const watch = fake.facet.watch("k", {
      startRevision: given,
      heartbeat: false,
      buffer: { events: 1 + below(12) },
      progressNotify: below(2) === 0,
    });
    consumers.push(new Consumer(watch, given));
  };
  for (let step = 0; step < STEPS; step++) {
    const pick = below(100);
    if (pick < 4 && consumers.length < 3) start();
    else if (pick < 25) world.write();
    else if (pick < 35) world.catchUp(BigInt(1 + below(4)));
    else if (pick < 70) world.send(below(4));
    else if (pick < 76) fake.opener.streams.at(-1)?.end();
    else if (pick < 78) world.compact();
    else if (pick < 82) fake.clock.advance(500);
    else consumers[below(consumers.length)]?.read();
    if (below(3) > 0) await microtasks();
  }
  if (consumers.length === 0) start();
  // Now all goes well.
  const settled = (one: Consumer) =>
    one.error !== undefined || (one.next ?? 0n) > world.revision;
  for (let turn = 0; turn < 3_000 && !consumers.every(settled); turn++) {
    fake.clock.advance(1_000);
    await microtasks();
    world.catchUp(100n);
    for (let sends = 0; sends < 4; sends++) world.send(3);
    for (const one of consumers) one.read();
    await microtasks();
  }
  const note = `seed ${seed}`;
  for (const one of consumers) {
    assert(settled(one), `${note}: stuck at ${one.next} of ${world.revision}`);
    one.check(world, note);
  }
  fake.facet.close(new CompactedError("the end", { code: "compacted" }));
  assertEquals(fake.clock.pending, 0, note);
}

for (
  const [ids, where] of [
    ["heeded", "on members"],
    ["ignored", "through a proxy with ids of its own"],
    ["refused", "where no id may be asked for"],
  ] as const
) {
  Deno.test(`Watch loses nothing and repeats nothing, whatever becomes of its streams ${where}`, async () => {
    for (const seed of freshSeeds(ROUNDS)) await play(seed, { ids });
  });
}
