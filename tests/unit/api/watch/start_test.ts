// Where a watch starts on the server, and that the server can then answer.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  CompactedError,
  type Watch,
  type WatchOptions,
} from "../../../../mod.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeWatches, put, Received, stateKinds } from "./_fake_watch.ts";
import { FakeWatchStore } from "./_fake_store.ts";

const heartbeat = { intervalMs: 1_000, timeoutMs: 300 };

/** A watch that has been created by a store at a revision. */
async function served(
  revision: bigint,
  options: WatchOptions = {},
): Promise<{ fake: FakeWatches; store: FakeWatchStore; watch: Watch }> {
  const fake = new FakeWatches();
  const store = new FakeWatchStore(fake, revision);
  const watch = await fake.watch(options);
  await microtasks();
  return { fake, store, watch };
}

/** Lets time pass in steps in which the store answers. */
async function pass(fake: FakeWatches, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    fake.clock.advance(100);
    await microtasks();
  }
}

Deno.test("An idle watch that resumes is not taken for dead, however long nothing is written", async () => {
  for (const startRevision of [undefined, 5n, 6n]) {
    const { fake, watch } = await served(5n, { heartbeat, startRevision });
    await pass(fake, 60_000);
    assertEquals(fake.opener.streams.length, 1, `start ${startRevision}`);
    await fake.drop();
    await pass(fake, 60_000);
    assertEquals(fake.opener.streams.length, 2, `start ${startRevision}`);
    assert(fake.progressRequests > 40);
    assertEquals(watch.state.kind, "live");
    await watch.close();
  }
});

Deno.test("requestProgress() is answered after a reconnect though nothing was written", async () => {
  const { fake, store, watch } = await served(5n);
  await fake.drop();
  await microtasks();
  store.catchingUp = true;
  const asked = watch.requestProgress();
  await pass(fake, 100);
  store.catchingUp = false;
  await pass(fake, 200);
  assertEquals(await asked, 5n);
  await watch.close();
});

Deno.test("A watch drops the revision it has already, in fragments as well", async () => {
  const { fake, watch } = await served(5n, { startRevision: 5n });
  const received = new Received(watch);
  fake.events([5n]);
  await fake.drop();
  await microtasks();
  assertEquals(fake.start, 5n);
  fake.reply({ fragment: true, events: [put(5n, "a")] }, 6n);
  fake.reply({ fragment: true, events: [put(5n, "b"), put(6n, "a")] }, 6n);
  fake.reply({ events: [put(6n, "b")] }, 6n);
  await microtasks();
  assertEquals(received.revisions, [[5n], [6n, 6n]]);
  assertEquals(watch.cursor, 7n);
  await watch.close();
});

Deno.test("A watch of the first revision starts there", async () => {
  const { fake, watch } = await served(5n, { startRevision: 1n });
  assertEquals(fake.start, 1n);
  await watch.close();
});

Deno.test("A watch whose next revision is the oldest left goes on there", async () => {
  const { kinds, onStateChange } = stateKinds();
  const { fake, store, watch } = await served(9n, {
    startRevision: 9n,
    onStateChange,
  });
  const received = new Received(watch);
  const { revision } = await watch.ready;
  fake.events([9n]);
  store.revision = 20n;
  store.oldest = 10n;
  await fake.drop();
  await microtasks();
  assertEquals(fake.creates.map(({ start }) => start), [9n, 10n]);
  assertEquals(watch.state.kind, "live");
  fake.events([10n, 20n]);
  await microtasks();
  assertEquals(received.revisions, [[9n], [10n, 20n]]);
  assertEquals((await watch.ready).revision, revision);
  await watch.close();
  assertEquals(kinds, ["live", "reconnecting", "live", "closed"]);
});

Deno.test("A watch whose next revision is gone ends, also if that happens later", async () => {
  for (const oldest of [[11n], [10n, 11n]]) {
    const { fake, store, watch } = await served(20n, { startRevision: 10n });
    const received = new Received(watch);
    for (const revision of oldest) {
      store.oldest = revision;
      await fake.drop();
      await microtasks();
    }
    await received.done;
    assertInstanceOf(received.error, CompactedError);
    assertEquals(received.error.compactRevision, 11n);
    assertEquals(fake.clock.pending, 0);
  }
});

Deno.test("A watch that is refused even the oldest revision left ends", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(20n, { startRevision: 10n });
  const received = new Received(watch);
  const compactRevision = fromBigInt(10n);
  for (const start of [9n, 10n]) {
    assertEquals(fake.start, start);
    assertEquals(watch.state.kind, "live");
    fake.reply({ canceled: true, compactRevision }, 0n);
  }
  await received.done;
  assertInstanceOf(received.error, CompactedError);
});

Deno.test("A start far ahead of the store is waited for, without an answer", async () => {
  const { fake, store, watch } = await served(5n, {
    heartbeat,
    startRevision: 100n,
  });
  const received = new Received(watch);
  await pass(fake, 60_000);
  assertEquals(fake.opener.streams.length, 1);
  // The question is put again and again, so that the answer is not missed.
  store.revision = 99n;
  const asked = fake.progressRequests;
  await pass(fake, 2_000);
  assert(fake.progressRequests - asked <= 3);
  // It has been answered: from now on silence is silence.
  fake.opener.onRequest = () => {};
  await pass(fake, 2_000);
  assertEquals(watch.state.kind, "reconnecting");
  assertEquals(received.batches, []);
  await watch.close();
});

Deno.test("A stream that never said a word is dead, however far ahead its watch starts", async () => {
  const fake = new FakeWatches();
  const watch = await fake.watch({ heartbeat, startRevision: 100n });
  fake.clock.advance(1_000 + 299);
  const stream = fake.opener.last;
  assert(!stream.canceled);
  fake.clock.advance(1);
  assert(stream.canceled);
  await watch.close();
});

Deno.test("A stream that catches up is asked again until it answers", async () => {
  const { fake, store, watch } = await served(5n, {
    heartbeat: { intervalMs: 1_000, timeoutMs: 200 },
    startRevision: 2n,
  });
  store.catchingUp = true;
  await pass(fake, 2_500);
  store.catchingUp = false;
  await pass(fake, 60_000);
  assertEquals(fake.opener.streams.length, 1);
  assertEquals(watch.state.kind, "live");
  await watch.close();
});
