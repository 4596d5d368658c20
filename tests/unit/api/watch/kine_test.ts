// A server that lets no watch choose its id, as kine: one that asks for an id
// is refused. It ignores filters, sends the pair before unasked, and is mostly
// silent when asked for its progress.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  EtcdError,
  PermissionDeniedError,
  UnsupportedError,
  type Watch,
} from "../../../../mod.ts";
import { type Int64, toBigInt } from "../../../../proto/int64.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { deletion, FakeWatches, put, Received } from "./_fake_watch.ts";

const REASON =
  "rpc error: code = InvalidArgument desc = etcdserver: unsupported options in watch request";

/** Refuses to create the watch that was asked for first. */
function refuse(fake: FakeWatches, cancelReason = REASON): void {
  fake.reply({ created: true, canceled: true, cancelReason }, 5n, -1n);
}

/** The keys asked for on the newest stream, and whether by an id of ours. */
function asked(fake: FakeWatches): readonly string[] {
  return fake.opener.last.sent.flatMap(({ createRequest }) => {
    if (!createRequest) return [];
    const { key, watchId } = createRequest;
    const any = toBigInt(watchId as Int64) === 0n;
    return [`${new TextDecoder().decode(key)} ${any ? "any" : "own"}`];
  });
}

Deno.test("A watch whose id is refused is asked for again without one", async () => {
  const fake = new FakeWatches();
  const watch = fake.facet.watch("k");
  await microtasks();
  const received = new Received(watch);
  refuse(fake);
  assertEquals(watch.state.kind, "connecting");
  assertEquals(asked(fake), ["k own", "k any"]);
  fake.create(5n, 31n);
  assertEquals(watch.state.kind, "live");
  fake.events([6n, 7n], 31n);
  await assertRejects(() => watch.requestProgress(), UnsupportedError);
  const { progressRequests } = fake;
  // Nobody would answer: silence says nothing there.
  fake.clock.advance(60_000);
  await microtasks();
  assertEquals(fake.progressRequests, progressRequests);
  assertEquals(fake.opener.streams.length, 1);
  assertEquals(received.revisions, [[6n, 7n]]);
  // The next stream is asked in the right way at once, one revision earlier.
  await fake.drop();
  assertEquals(fake.creates, [{ id: 0n, start: 7n }]);
  fake.create(5n, 32n);
  fake.events([7n, 8n], 32n);
  await microtasks();
  assertEquals(received.revisions, [[6n, 7n], [8n]]);
  await watch.close();
  assertEquals(fake.cancels, [32n]);
  assertEquals(fake.clock.pending, 0);
});

Deno.test("Watches whose ids are refused are asked for again one by one", async () => {
  const fake = new FakeWatches();
  const watches = ["a", "b", "c"].map((key) => fake.facet.watch(key));
  await microtasks();
  assertEquals(asked(fake), ["a own", "b own", "c own"]);
  for (let count = 0; count < 3; count++) refuse(fake);
  assertEquals(asked(fake).slice(3), ["a any"]);
  fake.create(5n, 7n);
  assertEquals(asked(fake).slice(4), ["b any"]);
  // Closed before the server has given it an id.
  await watches[1]?.close();
  fake.create(5n, 8n);
  assert(fake.cancels.includes(8n));
  fake.create(5n, 9n);
  assertEquals(asked(fake).slice(4), ["b any", "c any"]);
  assertEquals(watches.map(({ state }) => state.kind), [
    "live",
    "closed",
    "live",
  ]);
  for (const watch of watches) await watch.close();
});

Deno.test("A watch that is refused without an id as well fails with the reason, and no other one does", async () => {
  const fake = new FakeWatches();
  const [bad, good]: Watch[] = ["bad", "good"].map((key) =>
    fake.facet.watch(key)
  );
  await microtasks();
  assert(bad && good);
  const own = fake.creates.map(({ id }) => id);
  refuse(fake, "no such thing here");
  fake.create(5n, own[1] ?? 0n);
  assertEquals(good.state.kind, "live");
  // An id was heeded: that was not why.
  assertEquals(asked(fake), ["bad own", "good own", "bad own"]);
  refuse(fake, "no such thing here");
  assertEquals(asked(fake).at(-1), "bad any");
  refuse(fake, "no such thing here");
  const error = await assertRejects(() => bad.ready, EtcdError);
  assert(error.message.includes("no such thing here"), error.message);
  const another = fake.facet.watch("another");
  assertEquals(asked(fake).at(-1), "another own");
  fake.create(5n);
  // etcd answers when it is asked how far it is.
  const progress = another.requestProgress();
  fake.reply({}, 9n, -1n);
  assertEquals(await progress, 9n);
  for (const watch of [good, another]) await watch.close();
});

Deno.test("A watch that etcd refuses is not asked for again", async () => {
  for (const prefix of ["", "rpc error: code = PermissionDenied desc = "]) {
    const fake = new FakeWatches();
    const watch = fake.facet.watch("k");
    await microtasks();
    refuse(fake, `${prefix}etcdserver: permission denied`);
    await assertRejects(() => watch.ready, PermissionDeniedError);
    assertEquals(asked(fake), ["k own"]);
  }
});

Deno.test("A watch delivers what was asked for where the server sends all", async () => {
  const all = [
    put(6n),
    { ...put(7n), prevKv: put(6n).kv ?? {} },
    { ...deletion(8n), prevKv: put(7n).kv ?? {} },
  ];
  const kinds = async (options: Parameters<FakeWatches["created"]>[1]) => {
    const fake = new FakeWatches();
    const watch = await fake.created(5n, options);
    const received = new Received(watch);
    fake.reply({ events: all }, 8n);
    await microtasks();
    await watch.close();
    return received.batches.flatMap(({ events }) =>
      events.map(({ type, kv, prevKv }) =>
        `${type} ${kv.modRevision} after ${prevKv?.modRevision}`
      )
    );
  };
  const none = "undefined";
  assertEquals(await kinds({}), [
    `put 6 after ${none}`,
    `put 7 after ${none}`,
    `delete 8 after ${none}`,
  ]);
  assertEquals(await kinds({ noPut: true, prevKv: true }), [
    "delete 8 after 7",
  ]);
  assertEquals(await kinds({ noDelete: true, prevKv: true }), [
    `put 6 after ${none}`,
    "put 7 after 6",
  ]);
});
