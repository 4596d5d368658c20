// One stream for many watches.
import { assert, assertEquals } from "@std/assert";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeWatches } from "./_fake_watch.ts";

Deno.test("Watches share a stream, and are created in order without waiting", async () => {
  const fake = new FakeWatches();
  fake.opener.held = true;
  const watches = await Promise.all(
    [1n, 2n, 3n].map((startRevision) => fake.watch({ startRevision })),
  );
  assertEquals(fake.opener.streams.length, 0);
  fake.opener.release();
  await microtasks();
  watches.push(await fake.watch({ startRevision: 4n }));
  assertEquals(fake.opener.streams.length, 1);
  assertEquals(fake.creates.map(({ start }) => start), [1n, 1n, 2n, 3n]);
  const ids = fake.creates.map(({ id }) => id);
  assertEquals(new Set(ids).size, 4);
  assert(ids.every((id) => id > 0n));
  for (const watch of watches) await watch.close();
  assert(fake.opener.last.canceled);
});

Deno.test("Watches with and without a leader required have streams of their own", async () => {
  const fake = new FakeWatches();
  const one = await fake.watch();
  const two = await fake.watch({ requireLeader: false });
  assertEquals(
    fake.opener.streams.map(({ settings }) => settings.requireLeader),
    [true, false],
  );
  await one.close();
  assert(fake.opener.streams[0]?.canceled);
  assert(!fake.opener.last.canceled);
  await two.close();
});
