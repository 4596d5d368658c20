// A consumer that is slower than its watch.
import { assert, assertEquals } from "@std/assert";
import { EtcdError, type WatchBatch } from "../../../../mod.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeWatches, put, Received, stateKinds } from "./_fake_watch.ts";

Deno.test("A full buffer pauses the watch on the server, and no other (#80)", async () => {
  const fake = new FakeWatches();
  const { kinds, onStateChange } = stateKinds();
  const other = await fake.created(5n);
  const [otherId = 0n] = fake.creates.map(({ id }) => id);
  const slow = await fake.created(5n, { buffer: { events: 4 }, onStateChange });
  const slowId = fake.id;
  const quick = new Received(other);
  for (const revision of [6n, 7n, 8n, 9n]) {
    fake.events([revision], slowId);
    fake.events([revision], otherId);
  }
  assertEquals(slow.state.kind, "paused");
  assertEquals(fake.cancels, [slowId]);
  // What the server sent before it heard of that is left to be sent again.
  fake.events([10n], slowId);
  fake.events([10n], otherId);
  await microtasks();
  assertEquals(quick.revisions.flat(), [6n, 7n, 8n, 9n, 10n]);
  assertEquals(other.state.kind, "live");
  const reader = slow[Symbol.asyncIterator]();
  assertEquals((await reader.next()).value?.header.revision, 6n);
  assertEquals(slow.state.kind, "paused");
  assertEquals(slow.cursor, 7n);
  assertEquals((await reader.next()).value?.header.revision, 7n);
  // Half of it is free: resumed after the last one received.
  assertEquals(slow.state.kind, "connecting");
  assertEquals(fake.start, 9n);
  fake.create(10n);
  fake.events([10n]);
  const rest = new Received(slow);
  await microtasks();
  assertEquals(rest.revisions, [[8n], [9n], [10n]]);
  assertEquals(kinds, ["live", "paused", "connecting", "live"]);
  await slow.close();
  await other.close();
});

Deno.test("requestProgress() of a paused watch tells what has come, whatever the stream is at", async () => {
  const fake = new FakeWatches();
  const other = await fake.created(5n);
  const slow = await fake.created(5n, { buffer: { events: 2 } });
  const asked = slow.requestProgress();
  fake.events([6n, 7n]);
  assertEquals(slow.state.kind, "paused");
  // The consumer may be the one that waits.
  assertEquals(await asked, 7n);
  const again = slow.requestProgress();
  fake.reply({}, 20n, -1n);
  assertEquals(await again, 7n);
  await other.close();
  assertEquals(await slow.requestProgress(), 7n);
  await slow.close();
  assertEquals(fake.clock.pending, 0);
});

Deno.test("A paused watch stays where it is while its stream is replaced", async () => {
  const fake = new FakeWatches();
  const other = await fake.created(5n);
  const slow = await fake.created(5n, { buffer: { events: 2 } });
  fake.events([6n, 7n]);
  assertEquals(slow.state.kind, "paused");
  await fake.drop();
  assertEquals(fake.creates.length, 1);
  assertEquals(slow.state.kind, "paused");
  const received = new Received(slow);
  await microtasks();
  assertEquals(fake.start, 7n);
  fake.create(8n);
  fake.events([8n]);
  await microtasks();
  assertEquals(received.revisions, [[6n, 7n], [8n]]);
  await slow.close();
  await other.close();
});

Deno.test("A buffer is full by its bytes as well", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n, { buffer: { bytes: 100 } });
  fake.reply({ events: [put(6n, "k", "x".repeat(98))] }, 6n);
  assertEquals(watch.state.kind, "live");
  fake.reply({ events: [put(7n, "k", "")] }, 7n);
  assertEquals(watch.state.kind, "paused");
  await watch.close();
});

Deno.test("Policy error ends the watch after what it has kept", async () => {
  const fake = new FakeWatches();
  const other = await fake.created(5n);
  const watch = await fake.created(5n, {
    buffer: { events: 2, policy: "error" },
  });
  fake.events([6n]);
  fake.events([7n]);
  assertEquals(watch.state.kind, "closed");
  const received = new Received(watch);
  await received.done;
  assertEquals(received.revisions, [[6n], [7n]]);
  assert(received.error instanceof EtcdError);
  assertEquals(received.error.code, "watch_overflow");
  assertEquals(other.state.kind, "live");
  await other.close();
});

Deno.test("Policy coalesce keeps the last event of each key, in their order", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n, {
    buffer: { events: 4, policy: "coalesce" },
  });
  for (const [revision, key] of [[6n, "a"], [7n, "b"], [8n, "a"]] as const) {
    fake.reply({ events: [put(revision, key)] }, revision);
  }
  fake.reply({ events: [put(9n, "b", "last")] }, 9n);
  assertEquals(watch.state.kind, "live");
  const reader = watch[Symbol.asyncIterator]();
  const { value } = await reader.next() as IteratorResult<WatchBatch>;
  assert(value);
  assertEquals(value.origin, "coalesced");
  assertEquals(
    (value as WatchBatch).events.map((
      { kv },
    ) => [kv.key.text(), kv.modRevision]),
    [["a", 8n], ["b", 9n]],
  );
  assertEquals(watch.cursor, 10n);
  // One that is still full is paused, and goes on where it was.
  fake.reply({
    events: ["a", "b", "c", "d"].map((key) => put(10n, key)),
  }, 10n);
  assertEquals(watch.state.kind, "paused");
  await reader.next();
  assertEquals(fake.start, 10n);
  await watch.close();
});

Deno.test("Coalescing tells binary keys apart", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n, {
    buffer: { events: 3, policy: "coalesce" },
  });
  const keys = [[0xff], [0xfe], [0xff]].map((bytes) => Uint8Array.from(bytes));
  keys.forEach((key, index) => {
    const event = put(BigInt(6 + index));
    fake.reply({
      events: [{ ...event, kv: { ...event.kv, key } }],
    }, BigInt(6 + index));
  });
  const reader = watch[Symbol.asyncIterator]();
  const { value } = await reader.next() as IteratorResult<WatchBatch>;
  assertEquals((value as WatchBatch).events.map(({ kv }) => [...kv.key]), [[
    0xfe,
  ], [0xff]]);
  await watch.close();
});

Deno.test("Progress that nobody reads does not pile up", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n, { progressNotify: true });
  for (let revision = 6n; revision < 1_000n; revision++) {
    fake.reply({}, revision);
  }
  fake.events([1_000n]);
  const received = new Received(watch);
  await microtasks();
  assertEquals(
    received.batches.map(({ header }) => header.revision),
    [999n, 1_000n],
  );
  await watch.close();
});

Deno.test("Closing a watch drops what its consumer has not read", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n);
  fake.events([6n]);
  await watch.close();
  const received = new Received(watch);
  await received.done;
  assertEquals([received.batches, received.error], [[], undefined]);
});
