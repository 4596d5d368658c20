// What the scenarios count of a watch: a log that miscounts proves nothing.
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  ClientClosedError,
  type Watch,
  type WatchBatch,
} from "../../../mod.ts";
import { sumOf, WatchLog } from "../../scenarios/watch/log.ts";
import { FakeWatches } from "../api/watch/_fake_watch.ts";
import { microtasks } from "../balancers/transport/_fake_transport.ts";

/** A log of a watch that gives batches of these revisions. */
async function logOf(
  batches: readonly (readonly bigint[])[],
): Promise<WatchLog> {
  const watch = {
    async *[Symbol.asyncIterator]() {
      for (const revisions of batches) {
        yield {
          events: revisions.map((modRevision) => ({ kv: { modRevision } })),
        } as unknown as WatchBatch;
      }
    },
    close: () => Promise.resolve(),
  } as unknown as Watch;
  const log = new WatchLog(watch);
  await log.end();
  return log;
}

Deno.test("WatchLog counts nothing wrong of a watch that delivers all once", async () => {
  const log = await logOf([[3n, 3n], [4n], [5n, 6n]]);
  assertEquals(log.count([3n, 4n, 5n, 6n], 2), {
    wanted: 4,
    duringFault: 2,
    gaps: 0,
    duplicates: 0,
  });
  assertEquals(log.events, 5);
});

for (
  const [what, batches, gaps, duplicates] of [
    ["a gap", [[3n], [5n]], 1, 0],
    ["a repetition", [[3n], [4n], [4n, 5n]], 0, 1],
    ["a revision in parts", [[3n], [4n], [4n], [5n]], 0, 1],
    ["disorder", [[4n], [3n], [5n]], 0, 1],
    ["what was not asked for", [[2n], [3n, 4n, 5n]], 0, 1],
  ] as const
) {
  Deno.test(`WatchLog counts ${what}`, async () => {
    const count = (await logOf(batches)).count([3n, 4n, 5n], 3);
    assertEquals([count.gaps, count.duplicates], [gaps, duplicates]);
  });
}

Deno.test("WatchLog throws an end that nobody asked for, once", async () => {
  const fake = new FakeWatches();
  const one = new WatchLog(await fake.created(5n));
  const two = new WatchLog(await fake.watch());
  const three = new WatchLog(await fake.watch());
  const closed = new ClientClosedError("Cannot watch: the client is closed", {
    code: "client_closed",
  });
  fake.facet.close(closed);
  await microtasks();
  await assertRejects(() => one.caughtUp([6n]), ClientClosedError);
  await one[Symbol.asyncDispose]();
  await assertRejects(
    async () => await two[Symbol.asyncDispose](),
    ClientClosedError,
  );
  assertStrictEquals(await three.end(), closed);
  await three[Symbol.asyncDispose]();
});

Deno.test("sumOf() adds up what several watches delivered", async () => {
  const good = (await logOf([[3n]])).count([3n], 1);
  const bad = (await logOf([[4n]])).count([3n], 0);
  const sum = sumOf([good, bad]);
  assertStrictEquals(sum.wanted, 2);
  assertEquals([sum.duringFault, sum.gaps, sum.duplicates], [1, 1, 1]);
});
