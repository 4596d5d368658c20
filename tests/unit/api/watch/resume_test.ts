// The resume rule, on streams that a test plays.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeWatches, put, Received, stateKinds } from "./_fake_watch.ts";

Deno.test("Watch from now resumes one after the revision it was created at (#67)", async () => {
  const fake = new FakeWatches();
  const watch = await fake.watch();
  assertEquals(fake.start, 0n);
  assertStrictEquals(watch.cursor, undefined);
  fake.create(7n);
  assertEquals((await watch.ready).revision, 7n);
  assertEquals(watch.cursor, 8n);
  await fake.drop();
  assertEquals(fake.start, 7n);
  // Created again, by a member that is further: not moved.
  fake.create(50n);
  await fake.drop();
  assertEquals(fake.start, 7n);
  await watch.close();
});

Deno.test("Watch never moves a start the caller gave when it is created", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(1_000n, { startRevision: 10n });
  assertEquals([fake.start, watch.cursor], [9n, 10n]);
  await fake.drop();
  assertEquals(fake.start, 9n);
  await watch.close();
});

Deno.test("Watch resumes after the last event received, and repeats none", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(1_000n, { startRevision: 10n });
  const received = new Received(watch);
  fake.events([10n, 12n]);
  await fake.drop();
  assertEquals(fake.start, 12n);
  fake.create(1_000n);
  // A server that answers from too early.
  fake.events([12n, 13n]);
  fake.events([13n]);
  fake.events([15n]);
  await microtasks();
  assertEquals(received.revisions, [[10n, 12n], [13n], [15n]]);
  assertEquals(watch.cursor, 16n);
  await watch.close();
});

Deno.test("Watch that catches up resumes after its last event, however far the server is (pitfall 1)", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5_000n, { startRevision: 10n });
  const received = new Received(watch);
  fake.reply({ events: [put(10n), put(1_004n)] }, 5_000n);
  await fake.drop();
  assertEquals(fake.start, 1_004n);
  await microtasks();
  assertEquals(received.revisions, [[10n, 1_004n]]);
  assertEquals(watch.cursor, 1_005n);
  await watch.close();
});

Deno.test("Watch never delivers an event older than its start", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n, { startRevision: 10n });
  const received = new Received(watch);
  fake.events([8n, 9n]);
  fake.events([9n, 10n]);
  await microtasks();
  assertEquals(received.revisions, [[10n]]);
  await watch.close();
});

Deno.test("Watch delivers fragments as one, and resumes before them after a drop (#72)", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(9n);
  const received = new Received(watch);
  fake.reply({ fragment: true, events: [put(10n, "a")] }, 10n);
  fake.reply({ fragment: true, events: [put(10n, "b")] }, 10n);
  await microtasks();
  assertEquals(received.batches, []);
  await fake.drop();
  assertEquals(fake.start, 9n);
  fake.create(10n);
  fake.reply({ fragment: true, events: [put(10n, "a")] }, 10n);
  fake.reply({ fragment: true, events: [put(10n, "b")] }, 10n);
  fake.reply({ events: [put(10n, "c")] }, 10n);
  await microtasks();
  assertEquals(received.revisions, [[10n, 10n, 10n]]);
  assertEquals(
    received.batches[0]?.events.map(({ kv }) => kv.key.text()),
    ["a", "b", "c"],
  );
  await fake.drop();
  assertEquals(fake.start, 10n);
  await watch.close();
});

Deno.test("Watch puts fragments of several watches together one by one", async () => {
  const fake = new FakeWatches();
  const one = await fake.created(9n);
  const two = await fake.created(9n);
  const [first = 0n, second = 0n] = fake.creates.map(({ id }) => id);
  const received = [new Received(one), new Received(two)];
  fake.reply({ fragment: true, events: [put(10n, "a")] }, 10n, first);
  fake.reply({ fragment: true, events: [put(11n, "x")] }, 11n, second);
  fake.reply({ events: [put(10n, "b")] }, 10n, first);
  fake.reply({ events: [put(11n, "y")] }, 11n, second);
  await microtasks();
  assertEquals(
    received.map(({ revisions }) => revisions),
    [[[10n, 10n]], [[11n, 11n]]],
  );
  await one.close();
  await two.close();
});

Deno.test("Watch moves its cursor to the revision after a progress, and never back", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(9n, { progressNotify: true });
  const received = new Received(watch);
  fake.reply({}, 20n);
  await microtasks();
  assertEquals(watch.cursor, 21n);
  await fake.drop();
  assertEquals(fake.start, 20n);
  fake.create(15n);
  // By a member that is behind.
  fake.reply({}, 15n);
  await microtasks();
  assertEquals(watch.cursor, 21n);
  await fake.drop();
  assertEquals(fake.start, 20n);
  // The same once more: all up to 20 has been delivered, as it says.
  fake.create(20n);
  fake.reply({}, 20n);
  await microtasks();
  assertEquals(
    received.batches.map(({ header, events }) => [
      header.revision,
      events.length,
    ]),
    [[20n, 0], [20n, 0]],
  );
  await watch.close();
});

Deno.test("Watch keeps a progress that was not asked for to itself", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(9n);
  const received = new Received(watch);
  fake.reply({}, 20n);
  await microtasks();
  assertEquals(received.batches, []);
  await fake.drop();
  assertEquals(fake.start, 20n);
  await watch.close();
});

Deno.test("Watch with a start ahead keeps it, whatever the server's revision (#70)", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n, {
    startRevision: 100n,
    progressNotify: true,
  });
  const received = new Received(watch);
  fake.reply({}, 6n);
  fake.reply({}, 7n, -1n);
  await fake.drop();
  assertEquals([fake.start, watch.cursor], [99n, 100n]);
  await microtasks();
  assertEquals(received.batches, []);
  await watch.close();
});

Deno.test("Watch takes a progress of the stream as a sign of life only", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(9n, { progressNotify: true });
  const received = new Received(watch);
  // Older servers answer ahead of what they have sent (etcd#15220).
  fake.reply({}, 500n, -1n);
  await microtasks();
  assertEquals(received.batches, []);
  await fake.drop();
  assertEquals(fake.start, 9n);
  await watch.close();
});

Deno.test("Watch tells its states, and is created once however often it resumes (#71)", async () => {
  const fake = new FakeWatches();
  const { kinds, onStateChange } = stateKinds();
  const watch = await fake.created(5n, { onStateChange });
  assertEquals(watch.state, { kind: "live", endpoint: "http://fake:1" });
  await fake.drop();
  assertEquals(watch.state.kind, "reconnecting");
  fake.create(6n);
  assertEquals(watch.state, { kind: "live", endpoint: "http://fake:2" });
  assertEquals((await watch.ready).revision, 5n);
  await watch.close();
  assertEquals(kinds, ["live", "reconnecting", "live", "closed"]);
});

Deno.test("Watch that is closed in the midst of fragments delivers none of them", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(9n);
  const received = new Received(watch);
  fake.reply({ fragment: true, events: [put(10n, "a")] }, 10n);
  await watch.close();
  await received.done;
  assertEquals([received.batches, received.error], [[], undefined]);
  assert(fake.opener.last.canceled);
});
