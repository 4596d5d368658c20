// A server that gives watches ids of its own, as etcd's gRPC proxy does, and
// answers that it has created them in any order.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { UnsupportedError, type Watch } from "../../../../mod.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeWatches, Received } from "./_fake_watch.ts";

/** Starts watches on keys of their own, all at once. */
function startAll(fake: FakeWatches, keys: readonly string[]): Watch[] {
  return keys.map((key) => fake.facet.watch(key));
}

/** The keys asked for on the newest stream, in its order. */
function asked(fake: FakeWatches): readonly string[] {
  return fake.opener.last.sent.flatMap(({ createRequest }) =>
    createRequest ? [new TextDecoder().decode(createRequest.key)] : []
  );
}

Deno.test("A watch takes the id that the server gives it", async () => {
  const fake = new FakeWatches();
  const watch = fake.facet.watch("k");
  await microtasks();
  const received = new Received(watch);
  const early = watch.requestProgress();
  fake.create(5n, 0n);
  assertEquals(watch.state.kind, "live");
  await assertRejects(() => early, UnsupportedError);
  await assertRejects(() => watch.requestProgress(), UnsupportedError);
  const { progressRequests } = fake;
  fake.events([6n, 7n], 0n);
  // None of its own, and not asked: a proxy does not answer.
  fake.clock.advance(60_000);
  await microtasks();
  assertEquals(fake.progressRequests, progressRequests);
  assertEquals(fake.opener.streams.length, 1);
  assertEquals(received.revisions, [[6n, 7n]]);
  await watch.close();
  assertEquals(fake.cancels, [0n]);
});

Deno.test("Watches are asked for again one by one where it is not known which is which", async () => {
  const fake = new FakeWatches();
  const watches = startAll(fake, ["a", "b", "c"]);
  await microtasks();
  assertEquals(asked(fake), ["a", "b", "c"]);
  // That of "c", it happens.
  fake.create(5n, 0n);
  assert(fake.opener.last.canceled);
  await fake.reopen();
  for (const [at, key] of ["a", "b", "c"].entries()) {
    assertEquals(asked(fake).at(-1), key);
    fake.create(5n, BigInt(at));
  }
  const received = watches.map((watch) => new Received(watch));
  for (const id of [2n, 0n, 1n]) fake.events([6n + id], id);
  await microtasks();
  assertEquals(received.map(({ revisions }) => revisions), [
    [[6n]],
    [[7n]],
    [[8n]],
  ]);
  // After a drop it is known how to ask.
  fake.opener.last.end();
  await fake.reopen();
  assertEquals(asked(fake), ["a"]);
  await watches[1]?.close();
  fake.create(9n, 0n);
  assertEquals(asked(fake), ["a", "c"]);
  for (const watch of watches) await watch.close();
  assertEquals(fake.clock.pending, 0);
});

Deno.test("A watch that is closed before the server has given it an id is canceled by that", async () => {
  const fake = new FakeWatches();
  const [first, second] = startAll(fake, ["a", "b"]);
  await microtasks();
  fake.create(5n, 0n);
  await fake.reopen();
  await first?.close();
  fake.create(5n, 7n);
  assert(fake.cancels.includes(7n));
  assertEquals(asked(fake), ["a", "b"]);
  fake.create(5n, 8n);
  assertEquals(second?.state.kind, "live");
  await second?.close();
});

Deno.test("A watch from now does not begin at revision 1 where it is not told the revision", async () => {
  const fake = new FakeWatches();
  const watch = await fake.watch();
  const received = new Received(watch);
  fake.create(0n);
  assertEquals(watch.cursor, undefined);
  await fake.drop();
  assertEquals(fake.start, 0n);
  fake.create(0n);
  fake.events([9n]);
  await microtasks();
  assertEquals([received.revisions, watch.cursor], [[[9n]], 10n]);
  await watch.close();
});
