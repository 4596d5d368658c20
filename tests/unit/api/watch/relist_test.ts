// What becomes of a watch whose history was compacted, with a store at hand.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  CompactedError,
  FutureRevisionError,
  prefix,
  type WatchBatch,
  type WatchOptions,
} from "../../../../mod.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import type { Watch } from "../../../../mod.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { unavailable } from "../stream/_fake_opener.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { deletion, FakeWatches, put, Received } from "./_fake_watch.ts";
import { compacted, FakeStore } from "./_fake_relist_store.ts";

/** A relisting watch that has been created. */
async function relisting(
  fake: FakeWatches,
  options: WatchOptions = {},
): Promise<Watch> {
  const watch = await fake.watch(
    { onCompaction: "relist", ...options },
    prefix("k"),
  );
  for (let turn = 0; turn < 20; turn++) await microtasks();
  fake.create(10n);
  await watch.ready;
  return watch;
}

async function compact(fake: FakeWatches): Promise<void> {
  fake.reply({ canceled: true, compactRevision: fromBigInt(50n) }, 60n);
  for (let turn = 0; turn < 20; turn++) await microtasks();
}

/** A batch as texts, such as `put a@5`. */
function texts(batch: WatchBatch | undefined): readonly string[] {
  assert(batch);
  return batch.events.map(({ type, kv }) =>
    `${type} ${kv.key.text()}@${kv.modRevision}`
  );
}

Deno.test("A relist tells what has changed since, and what is gone, and goes on", async () => {
  const store = new FakeStore().put("k1", 3n).put("k2", 4n).put("k3", 5n);
  const fake = new FakeWatches(store.kv);
  const watch = await relisting(fake);
  assertEquals(fake.start, 10n);
  const received = new Received(watch);
  // Seen on the stream: one that is new, and one that is gone.
  fake.reply({ events: [put(11n, "k4"), deletion(11n, "k3")] }, 11n);
  store.revision = 60n;
  store.put("k2", 40n).put("k5", 30n).delete("k1").delete("k3").put("k4", 11n);
  await compact(fake);
  assertEquals(received.batches.length, 2);
  const batch = received.batches[1];
  assertEquals(batch?.origin, "relist");
  assertEquals(texts(batch), ["put k5@30", "put k2@40", "delete k1@60"]);
  assertEquals(watch.cursor, 61n);
  assertEquals(fake.start, 60n);
  fake.create(60n);
  assertEquals(watch.state.kind, "live");
  // Once more: what was told is not told again.
  store.revision = 70n;
  store.delete("k5");
  await compact(fake);
  assertEquals(texts(received.batches[2]), ["delete k5@70"]);
  await watch.close();
});

Deno.test("A relist tells keys that have gone back in time, and keeps quiet about what has not changed", async () => {
  const store = new FakeStore().put("k1", 3n).put("k2", 8n).put("k3", 5n);
  const fake = new FakeWatches(store.kv);
  const watch = await relisting(fake, { startRevision: 11n });
  const received = new Received(watch);
  fake.reply({ events: [put(11n, "k1"), deletion(12n, "k3")] }, 12n);
  store.revision = 60n;
  store.put("k1", 3n).put("k2", 7n).put("k3", 5n).put("k4", 2n);
  await compact(fake);
  assertEquals(texts(received.batches[1]), [
    "put k4@2",
    "put k1@3",
    "put k3@5",
    "put k2@7",
  ]);
  fake.create(60n);
  store.revision = 70n;
  await compact(fake);
  assertEquals(texts(received.batches[2]), []);
  await watch.close();
});

Deno.test("A relist knows the keys that the watch leaves out", async () => {
  const store = new FakeStore();
  const fake = new FakeWatches(store.kv);
  const watch = await relisting(fake, { noPut: true });
  const received = new Received(watch);
  // The server is asked for all, or nobody would know of this one.
  fake.reply({ events: [put(11n, "k1")] }, 11n);
  store.revision = 60n;
  await compact(fake);
  assertEquals(received.batches.map(texts), [["delete k1@60"]]);
  await watch.close();
});

Deno.test("A relist leaves out what the watch leaves out", async () => {
  for (const only of ["put", "delete"]) {
    const store = new FakeStore().put("k1", 3n).put("k2", 4n);
    const fake = new FakeWatches(store.kv);
    const watch = await relisting(fake, {
      noPut: only === "delete",
      noDelete: only === "put",
    });
    const received = new Received(watch);
    store.revision = 60n;
    store.put("k2", 40n).delete("k1");
    await compact(fake);
    assertEquals(
      texts(received.batches[0]),
      only === "put" ? ["put k2@40"] : ["delete k1@60"],
    );
    await watch.close();
  }
});

Deno.test("A relist tells keys of any bytes and of any length apart", async () => {
  const long = new Uint8Array(1_000_000).fill(0x6b);
  const store = new FakeStore().put(long, 3n)
    .put(Uint8Array.of(0x6b, 0xff), 3n).put(Uint8Array.of(0x6b, 0xfe), 3n);
  const fake = new FakeWatches(store.kv);
  const watch = await relisting(fake);
  const received = new Received(watch);
  store.revision = 60n;
  store.keys.clear();
  store.put(Uint8Array.of(0x6b, 0xfe), 3n);
  await compact(fake);
  assertEquals(
    received.batches[0]?.events.map(({ kv }) => [kv.key.length, kv.key[1]]),
    [[1_000_000, 0x6b], [2, 0xff]],
  );
  await watch.close();
});

Deno.test("A relist reads again when it fails or is overtaken by a compaction", async () => {
  const store = new FakeStore().put("k1", 3n);
  const fake = new FakeWatches(store.kv);
  store.failures.push(compacted(), unavailable());
  const watch = await relisting(fake);
  const received = new Received(watch);
  store.revision = 60n;
  store.delete("k1");
  store.failures.push(unavailable(), compacted());
  await compact(fake);
  assertEquals(texts(received.batches[0]), ["delete k1@60"]);
  assertEquals(store.reads, 6);
  await watch.close();
});

Deno.test("A relist that may not read ends the watch", async () => {
  const store = new FakeStore();
  const fake = new FakeWatches(store.kv);
  const watch = await relisting(fake);
  const received = new Received(watch);
  const denied = createError("Cannot list: denied", {
    code: "permission_denied",
  });
  store.failures.push(denied);
  await compact(fake);
  await received.done;
  assertEquals(received.error, denied);
});

Deno.test("A relisting watch may start in what is compacted already", async () => {
  const store = new FakeStore().put("k1", 3n).put("k2", 8n);
  store.compactedTo = 6n;
  const fake = new FakeWatches(store.kv);
  const watch = await relisting(fake, { startRevision: 2n });
  const received = new Received(watch);
  assertEquals(fake.start, 1n);
  await compact(fake);
  assertEquals(texts(received.batches[0]), ["put k1@3", "put k2@8"]);
  assertEquals(fake.start, 10n);
  await watch.close();
});

Deno.test("A relisting watch with a start ahead follows its keys from now on", async () => {
  const store = new FakeStore().put("k1", 3n);
  const fake = new FakeWatches(store.kv);
  const watch = await relisting(fake, { startRevision: 20n });
  assertEquals([fake.start, watch.cursor], [10n, 20n]);
  const received = new Received(watch);
  fake.reply({ events: [deletion(11n, "k1"), put(12n, "k2")] }, 12n);
  await microtasks();
  assertEquals(received.batches, []);
  fake.reply({ events: [put(20n, "k3")] }, 20n);
  await microtasks();
  assertEquals(received.batches.map(texts), [["put k3@20"]]);
  store.revision = 60n;
  store.delete("k1");
  await compact(fake);
  // What was there before the start is known, and that it is gone now.
  assertEquals(texts(received.batches[1]), ["delete k2@60", "delete k3@60"]);
  await watch.close();
});

Deno.test("A relisting watch that is closed while it reads ends quietly", async () => {
  const store = new FakeStore().put("k1", 3n);
  const fake = new FakeWatches(store.kv);
  const seeding = fake.facet.watch("k", { onCompaction: "relist" });
  await seeding.close();
  for (let turn = 0; turn < 20; turn++) await microtasks();
  assertEquals(fake.opener.streams.length, 0);
  const watch = await relisting(fake);
  const received = new Received(watch);
  fake.reply({ canceled: true, compactRevision: fromBigInt(50n) }, 60n);
  await watch.close();
  await received.done;
  for (let turn = 0; turn < 20; turn++) await microtasks();
  assertEquals([received.batches, received.error], [[], undefined]);
  assertEquals(fake.opener.streams.length, 1);
});

Deno.test("The store of these tests refuses as etcd does", () => {
  assertInstanceOf(compacted(), CompactedError);
  assertInstanceOf(
    createError("x", { code: "future_revision" }),
    FutureRevisionError,
  );
});
