import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Client,
  type ClientEvent,
  CompactedError,
  compare,
  EtcdError,
  FutureRevisionError,
  op,
  prefix,
  UnsupportedError,
  type Watch,
  type WatchOptions,
} from "../../mod.ts";
import { sleep, waitFor } from "../harness/mod.ts";

/** A kine, or what answers like one. */
export interface KineLike {
  readonly endpoint: string;
  /** Ends all connections to it. */
  cut(): Promise<unknown>;
}

/** What the client makes of kine's ways, each under a name. */
export interface KineCheck {
  readonly title: string;
  run(kine: KineLike): Promise<void>;
}

const KEPT = 1_000;

let serial = 0;

/** A key that nothing else uses. */
function fresh(): string {
  serial++;
  return `kine${serial}/`;
}

function connect(kine: KineLike) {
  const events: ClientEvent[] = [];
  const client = new Client({
    endpoints: kine.endpoint,
    onEvent: (event) => events.push(event),
  });
  return { client, events };
}

/** What a watch delivers, in words. */
function follow(watch: Watch): string[] {
  const seen: string[] = [];
  (async () => {
    for await (const { type, kv, prevKv } of watch.events()) {
      const before = prevKv === undefined ? "" : ` (${prevKv.value.text()})`;
      seen.push(`${type} ${kv.value.text()}${before}`);
    }
  })().catch((error) => seen.push(String(error)));
  return seen;
}

/** What comes first. */
async function first(watch: Watch): Promise<unknown> {
  for await (const batch of watch) return batch;
  return undefined;
}

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

async function filters(kine: KineLike): Promise<void> {
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

async function resume(kine: KineLike): Promise<void> {
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

async function silence(kine: KineLike): Promise<void> {
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

async function starts(kine: KineLike): Promise<void> {
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

async function compaction(kine: KineLike): Promise<void> {
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

async function renewals(kine: KineLike): Promise<void> {
  const { client: made } = connect(kine);
  await using client = made;
  const lease = await client.lease.grant(600);
  const begun = performance.now();
  for (
    const call of [
      () => lease.keepAlive(),
      () => lease.keepAliveOnce(),
      () => client.session({ ttlSeconds: 600 }),
    ]
  ) {
    await assertRejects(call, EtcdError, "lease keep alive is not supported");
  }
  assert(performance.now() - begun < 10_000, "told at once");
  lease.orphan();
}

async function leaseIds(kine: KineLike): Promise<void> {
  const key = fresh();
  const { client: made } = connect(kine);
  await using client = made;
  const leases = [await client.lease.grant(600), await client.lease.grant(600)];
  // The ids are the seconds to live: both are one lease.
  assertEquals(leases.map(({ id }) => id), [600n, 600n]);
  await client.put(key, "1", { lease: 600n });
  assertEquals((await client.get(key))?.lease, 600n);
  const error = await assertRejects(
    () => client.lease.grant(600, { id: 7n }),
    UnsupportedError,
    "the server gave it the id 600 instead of 7",
  );
  assert(error.maybeCommitted);
  for (const lease of leases) lease.orphan();
}

async function headers(kine: KineLike): Promise<void> {
  const key = fresh();
  const { client: made } = connect(kine);
  await using client = made;
  const { header } = await client.put(key, "1");
  assertEquals([header.clusterId, header.memberId, header.raftTerm], [
    0n,
    0n,
    0n,
  ]);
  const kv = await client.get(key);
  assertEquals([kv?.version, kv?.modRevision], [0n, header.revision]);
  assertEquals(await client.syncEndpoints(), [kine.endpoint]);
  assertEquals((await client.get(key))?.value.text(), "1");
}

/** They hold on kine 0.17.5, and on the fake that stands for it in CI. */
export const KINE_CHECKS: readonly KineCheck[] = [
  { title: "watches share a stream, filtered as asked", run: filters },
  { title: "a watch goes on when its connection is cut", run: resume },
  { title: "a watch outlives silence, and has no progress", run: silence },
  {
    title: "a watch starts in the past and next, not in the future",
    run: starts,
  },
  { title: "a compacted watch ends, or relists", run: compaction },
  { title: "keepAlive() and session() fail at once", run: renewals },
  {
    title: "an id that was asked for and not given is an error",
    run: leaseIds,
  },
  { title: "ids and versions of 0 are no trouble", run: headers },
];
