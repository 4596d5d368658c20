// Watches that are ended here: by close(), an abort, a consumer that leaves.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { CanceledError } from "../../../../mod.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { closed, FakeWatches, Received } from "./_fake_watch.ts";

Deno.test("Closing a watch cancels it on the server, the last one the stream", async () => {
  const fake = new FakeWatches();
  const one = await fake.created(5n);
  const id = fake.id;
  const two = await fake.created(5n);
  await one.close();
  await one.close();
  assertEquals(fake.cancels, [id]);
  // What was on its way, and the server's answer, are nobody's any more.
  fake.events([6n], id);
  fake.reply({ canceled: true }, 6n, id);
  assertEquals(two.state.kind, "live");
  await two.close();
  assert(fake.opener.last.canceled);
  // Another one starts over.
  const three = await fake.watch();
  assertEquals(fake.opener.streams.length, 2);
  await three.close();
});

Deno.test("A watch closed while it connects leaves nothing behind", async () => {
  const fake = new FakeWatches();
  fake.opener.held = true;
  const watch = await fake.watch();
  const received = new Received(watch);
  await watch.close();
  await received.done;
  assertEquals(received.error, undefined);
  await assertRejects(() => watch.ready, CanceledError);
  fake.opener.release();
  await microtasks();
  assertEquals(fake.opener.streams.length, 0);
  assertEquals(fake.clock.pending, 0);
});

Deno.test("A consumer that throws or leaves ends its own watch only", async () => {
  const fake = new FakeWatches();
  const other = await fake.created(5n);
  const leaving = await fake.created(5n);
  fake.events([6n]);
  for await (const { events } of leaving) {
    assertEquals(events.length, 1);
    break;
  }
  assertEquals(leaving.state.kind, "closed");
  const throwing = await fake.created(6n);
  fake.events([7n]);
  const mistake = new Error("the consumer's");
  const thrown = await assertRejects(async () => {
    for await (const event of throwing.events()) {
      assertEquals(event.kv.modRevision, 7n);
      throw mistake;
    }
  });
  assertStrictEquals(thrown, mistake);
  assertEquals(throwing.state.kind, "closed");
  assertEquals(other.state.kind, "live");
  assertEquals(fake.cancels.length, 2);
  await other.close();
});

Deno.test("Two readers of one watch share its batches, and both end", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(5n);
  const readers = [new Received(watch), new Received(watch)];
  for (const revision of [6n, 7n, 8n, 9n]) {
    fake.events([revision]);
    await microtasks();
  }
  await watch.close();
  await Promise.all(readers.map(({ done }) => done));
  const all = readers.flatMap(({ revisions }) => revisions.flat());
  assertEquals(all.sort(), [6n, 7n, 8n, 9n]);
});

Deno.test("An abort ends the iteration with the reason as given", async () => {
  const fake = new FakeWatches();
  for (const reason of [new Error("enough"), "enough", null]) {
    const abort = new AbortController();
    const watch = await fake.created(5n, { signal: abort.signal });
    const received = watch[Symbol.asyncIterator]().next();
    abort.abort(reason);
    const thrown: unknown = await received.then(
      () => "it did not throw",
      (error) => error,
    );
    assertStrictEquals(thrown, reason);
    assertStrictEquals((watch.state as { reason: unknown }).reason, reason);
    assert(fake.opener.last.canceled);
  }
  const aborted = AbortSignal.abort("before");
  const thrown = await fake.watch({ signal: aborted }).catch((error) => error);
  assertStrictEquals(thrown, "before");
});

Deno.test("Closing the client ends every watch, one that is paused as well", async () => {
  const fake = new FakeWatches();
  const live = await fake.created(5n);
  const paused = await fake.created(5n, { buffer: { events: 1 } });
  fake.events([6n]);
  assertEquals(paused.state.kind, "paused");
  const received = new Received(live);
  fake.facet.close(closed);
  await received.done;
  assertStrictEquals(received.error, closed);
  assertEquals([live.state.kind, paused.state.kind], ["closed", "closed"]);
  const rest = new Received(paused);
  await rest.done;
  assertEquals(rest.revisions, [[6n]]);
  assertStrictEquals(rest.error, closed);
  assertEquals(fake.clock.pending, 0);
});
