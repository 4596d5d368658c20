import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Client,
  CompactedError,
  compare,
  FutureRevisionError,
  op,
  prefix,
  UnsupportedError,
  type WatchOptions,
} from "../../mod.ts";
import { sleep, waitFor } from "../harness/mod.ts";
import { connect, first, follow, fresh, type KineLike } from "./_kine_like.ts";

const KEPT = 1_000;

/** Deletes a key in the one way there is. */
async function remove(client: Client, key: string): Promise<void> {
  const { modRevision = 0n } = await client.get(key) ?? {};
  const { succeeded } = await client.txn({
    if: [compare.modRevision(key, "=", modRevision)],
    then: [op.delete(key)],
    else: [op.get(key)],
  });
  assert(succeeded);
}

export async function filters(kine: KineLike): Promise<void> {
  const key = fresh();
  const { client: made } = connect(kine);
  await using client = made;
  const asked: readonly WatchOptions[] = [
    {},
    { noPut: true },
    { noDelete: true, prevKv: true },
  ];
  // All at once, on one stream.
  const watches = asked.map((options) => client.watch(key, options));
  const seen = watches.map(follow);
  await Promise.all(watches.map(({ ready }) => ready));
  await client.put(key, "1");
  await client.put(key, "2");
  await remove(client, key);
  await client.put(key, "3");
  await waitFor("all events", () => seen[0]?.length === 4);
  await waitFor("the puts", () => seen[2]?.length === 3);
  await waitFor("the deletion", () => seen[1]?.length === 1);
  assertEquals(seen, [
    ["put 1", "put 2", "delete ", "put 3"],
    ["delete "],
    ["put 1", "put 2 (1)", "put 3"],
  ]);
  for (const watch of watches) await watch.close();
}

export async function resume(kine: KineLike): Promise<void> {
  const key = fresh();
  const { client: made, events } = connect(kine);
  await using client = made;
  await using watch = client.watch(key);
  await watch.ready;
  const seen = follow(watch);
  const resumed = () => events.filter(({ type }) => type === "watch_resumed");
  for (let cuts = 1; cuts <= 3; cuts++) {
    await client.put(key, `${cuts}`);
    await waitFor("the event", () => seen.length === cuts);
    await kine.cut();
    await waitFor("the watch", () => resumed().length === cuts, {
      timeoutMs: 20_000,
    });
  }
  await client.put(key, "last");
  await waitFor("the last event", () => seen.length === 4);
  assertEquals(seen, ["put 1", "put 2", "put 3", "put last"]);
}

export async function silence(kine: KineLike): Promise<void> {
  const key = fresh();
  const { client: made, events } = connect(kine);
  await using client = made;
  const heartbeat = { intervalMs: 100, timeoutMs: 100 };
  await using watch = client.watch(key, { heartbeat });
  await watch.ready;
  const error = await assertRejects(
    () => watch.requestProgress(),
    UnsupportedError,
  );
  assert(error.message.includes("kine"), error.message);
  const seen = follow(watch);
  // Ten times what the heartbeat allows.
  await sleep(2_000);
  await client.put(key, "1");
  await waitFor("the event", () => seen.length === 1);
  assertEquals(events.filter(({ type }) => type === "watch_resumed"), []);
}

export async function starts(kine: KineLike): Promise<void> {
  const key = fresh();
  const { client: made } = connect(kine);
  await using client = made;
  const { header } = await client.put(key, "1");
  const next = header.revision + 1n;
  await using past = client.watch(key, { startRevision: header.revision });
  await using coming = client.watch(key, { startRevision: next });
  await using future = client.watch(key, { startRevision: next + 5n });
  const [old, latest] = [follow(past), follow(coming)];
  await assertRejects(() => future.ready, FutureRevisionError)
    .catch(() =>
      // Created, then canceled.
      assertRejects(() => first(future), FutureRevisionError)
    );
  await coming.ready;
  await client.put(key, "2");
  await waitFor("the events", () => old.length === 2 && latest.length === 1);
  assertEquals([old, latest], [["put 1", "put 2"], ["put 2"]]);
}

export async function compaction(kine: KineLike): Promise<void> {
  const at = fresh();
  const { client: made } = connect(kine);
  await using client = made;
  const { header } = await client.put(`${at}a`, "1");
  await client.put(`${at}a`, "2");
  await client.put(`${at}b`, "3");
  const { header: newest } = await client.put(`${at}b`, "4");
  // kine keeps the latest thousand revisions.
  await Promise.all(
    Array.from({ length: KEPT + 50 }, (_, n) => client.put(`other${n}`, "1")),
  );
  await client.kv.compact(newest.revision);
  const startRevision = header.revision;
  await using lost = client.watch(prefix(at), { startRevision });
  await assertRejects(() => first(lost), CompactedError);
  await using watch = client.watch(prefix(at), {
    startRevision,
    onCompaction: "relist",
  });
  const seen = follow(watch);
  await waitFor("what is there", () => seen.length >= 2);
  await client.put(`${at}b`, "5");
  await waitFor("what comes", () => seen.length >= 3);
  assertEquals(seen, ["put 2", "put 4", "put 5"]);
}
