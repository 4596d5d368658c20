// When a stream that has ended is opened again.
import { assertEquals } from "@std/assert";
import { unavailable } from "../stream/_fake_opener.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeWatches, put, Received } from "./_fake_watch.ts";

Deno.test("A stream that ends at once, again and again, is opened ever less often", async () => {
  const fake = new FakeWatches();
  const watch = await fake.watch({ startRevision: 5n });
  const openedAt: number[] = [];
  for (let round = 0; round < 12; round++) {
    openedAt.push(fake.clock.now());
    const opened = fake.opener.streams.length;
    fake.opener.last.end();
    while (fake.opener.streams.length === opened) {
      fake.clock.advance(5);
      await microtasks();
    }
    assertEquals(fake.start, 4n);
  }
  const waits = openedAt.slice(1)
    .map((at, index) => at - (openedAt[index] ?? 0));
  // At once, then 50 ms doubled each time, up to 1 s; 5 ms is our step.
  assertEquals(
    waits.map((ms) => Math.round(ms / 50) * 50).slice(0, 6),
    [0, 50, 100, 200, 400, 800],
  );
  assertEquals(waits.slice(-3), [1_000, 1_000, 1_000]);
  // One that has lasted is opened again at once.
  fake.clock.advance(1_000);
  fake.opener.last.end();
  fake.clock.advance(0);
  await microtasks();
  assertEquals(fake.opener.streams.length, 14);
  await watch.close();
});

Deno.test("A watch that is told of a broken message resumes", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n);
  const received = new Received(watch);
  fake.reply({ events: [put(6n), { type: 0 }] }, 6n);
  fake.opener.last.end(unavailable("broken"));
  await fake.reopen();
  assertEquals(fake.start, 6n);
  await watch.close();
  await received.done;
  assertEquals(received.revisions, [[6n]]);
});
