// What becomes of watches whose store goes back: an older snapshot restored on
// the same URLs by etcd's own tool, or the data directory lost.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  Client,
  HistoryLostError,
  prefix,
  type Watch,
  type WatchBatch,
} from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import { startProxy } from "../_grpc_proxy.ts";
import { History } from "../../harness/history.ts";
import {
  cluster,
  goBack,
  other,
  startRestorable,
  tested,
  write,
} from "../_restored.ts";

startRestorable();

/** Waits for the end of a watch that has received `received`. */
async function lost(
  history: History,
  received: bigint,
): Promise<HistoryLostError> {
  await waitFor("the end of the watch", () => history.error !== undefined);
  const { error } = history;
  assertInstanceOf(error, HistoryLostError);
  assertEquals(error.code, "history_lost");
  assertEquals(error.receivedRevision, received);
  assert(error.currentRevision < received, error.message);
  return error;
}

/** A key written from now on, and a watch that has received all of it. */
async function followed(
  client: Client,
  key: string,
  count: number,
): Promise<{ readonly history: History; readonly last: bigint }> {
  const watch = client.watch(key);
  await watch.ready;
  const history = new History(watch);
  await using writer = other();
  const last = await write(writer, key, count);
  await history.reach(last);
  return { history, last };
}

Deno.test("A watch whose store was put back to an older snapshot ends, and says so", async () => {
  await using client = tested();
  let file: string;
  {
    await using writer = other();
    await write(writer, "older", 10);
    file = await cluster.snapshot();
  }
  const { history, last } = await followed(client, "older", 204);
  await goBack({ snapshot: file });
  const error = await lost(history, last);
  assertEquals(error.currentRevision, last - 204n);
  // From what it says one can go on: none of these is missed.
  await using watch = client.watch("older", {
    startRevision: error.currentRevision + 1n,
  });
  const again = new History(watch);
  await using writer = other();
  await again.reach(await write(writer, "older", 226));
  assertEquals([again.revisions.size, again.faults], [226, []]);
});

Deno.test("A watch whose store lost its data ends, and says so", async () => {
  await using client = tested();
  const { history, last } = await followed(client, "wiped", 40);
  await goBack({});
  assertEquals((await lost(history, last)).currentRevision, 1n);
});

Deno.test("Watches of a stream end if their history is lost, and only those", async () => {
  await using client = tested();
  await using writer = other();
  const base = await write(writer, "n/k", 5);
  const file = await cluster.snapshot();
  const keys = client.namespace("n/");
  const all = keys.watch(prefix(""));
  const old = client.watch("idle", { startRevision: base });
  const ahead = client.watch("n/k", { startRevision: base + 30n });
  await Promise.all([all, old, ahead].map(({ ready }) => ready));
  const [lossy, waits] = [new History(all), new History(ahead)];
  const last = await write(writer, "n/k", 20);
  await lossy.reach(last);
  await goBack({ snapshot: file });
  await lost(lossy, last);
  // A start that lies ahead is the caller's choice.
  await using again = other();
  const now = await write(again, "n/k", 40);
  await waits.reach(now);
  assertEquals(waits.revisions.size, Number(now - base - 29n));
  assertEquals(old.state.kind, "live");
  await Promise.all([all, old, ahead].map((watch) => watch.close()));
});

/** Keeps what a relisting watch delivers. */
function relists(watch: Watch): readonly string[] {
  const texts: string[] = [];
  const read = async () => {
    for await (const batch of watch) texts.push(...told(batch));
  };
  read();
  return texts;
}

function told({ events, origin }: WatchBatch): readonly string[] {
  const from = origin === "relist" ? "relist: " : "";
  return events.map(({ type, kv }) =>
    `${from}${type} ${kv.key.text().split("/")[1]} ${kv.value.text()}`.trim()
  );
}

const DIFFERENCES = [
  "relist: put back was there",
  "relist: put reverted old",
  "relist: delete new",
];

/** Makes keys that a restore reverts, brings back and takes away. */
async function change(client: Client, keys: string): Promise<void> {
  await client.put(`${keys}/reverted`, "newer");
  await client.delete(`${keys}/back`);
  await client.put(`${keys}/new`, "new");
}

async function begin(client: Client, keys: string): Promise<string> {
  await client.put(`${keys}/same`, "same");
  await client.put(`${keys}/back`, "was there");
  await client.put(`${keys}/reverted`, "old");
  return await cluster.snapshot();
}

/**
 * A relisting watch of keys that have changed since a snapshot was taken, and
 * what it has told.
 */
async function relisting(
  client: Client,
  keys: string,
): Promise<
  AsyncDisposable & {
    readonly file: string;
    readonly watch: Watch;
    readonly texts: readonly string[];
  }
> {
  await using writer = other();
  const file = await begin(writer, keys);
  const watch = client.watch(prefix(`${keys}/`), { onCompaction: "relist" });
  await watch.ready;
  const texts = relists(watch);
  await change(writer, keys);
  await waitFor("three events", () => texts.length === 3);
  return { file, watch, texts, [Symbol.asyncDispose]: () => watch.close() };
}

Deno.test("A relisting watch whose store was put back tells every difference, and goes on", async () => {
  await using client = tested();
  await using made = await relisting(client, "relist");
  const { file, watch, texts } = made;
  await goBack({ snapshot: file });
  await waitFor("the differences", () => texts.length === 6);
  assertEquals(texts.slice(3), DIFFERENCES);
  await using again = other();
  const { header } = await again.put("relist/reverted", "once more");
  await waitFor("what comes then", () => texts.length === 7);
  assertEquals(texts[6], "put reverted once more");
  assertEquals(watch.cursor, header.revision + 1n);
});

Deno.test("A relisting watch tells every difference though the store has passed it, and is compacted", async () => {
  await using client = tested();
  await using made = await relisting(client, "passed");
  const { file, texts } = made;
  await goBack({
    snapshot: file,
    before: async (again) => {
      await again.kv.compact(await write(again, "unrelated", 20));
    },
  });
  await waitFor("the differences", () => texts.length === 6);
  assertEquals(texts.slice(3), DIFFERENCES);
});

Deno.test("A relisting watch tells every difference after a restore that bumps revisions", async () => {
  // Earlier servers come with a tool that does not: their watches are told of
  // what is lost by the revision, as above.
  const [major = 0, minor = 0] = cluster.binaries.version.split(".").map(
    Number,
  );
  const bumps = major > 3 || minor >= 6;
  await using client = tested();
  await using ending = client.watch("bumped/reverted");
  const ended = new History(ending);
  await ending.ready;
  await using made = await relisting(client, "bumped");
  const { file, texts } = made;
  await waitFor("its event", () => ended.last > 0n);
  await goBack({
    snapshot: file,
    flags: bumps ? ["--bump-revision=1000000", "--mark-compacted"] : [],
  });
  await waitFor("the differences", () => texts.length === 6);
  assertEquals(texts.slice(3), DIFFERENCES);
  await waitFor("the end", () => ended.error !== undefined);
  assertEquals(
    (ended.error as HistoryLostError).code,
    bumps ? "compacted" : "history_lost",
  );
});

Deno.test("A watch through etcd's gRPC proxy ends if the store goes back behind it", async () => {
  await using proxy = await startProxy(cluster);
  await using client = new Client({ endpoints: proxy.endpoint });
  await using writer = other();
  const file = await cluster.snapshot();
  const watch = client.watch("proxied", {
    heartbeat: { intervalMs: 500, timeoutMs: 500 },
  });
  await watch.ready;
  const history = new History(watch);
  const last = await write(writer, "proxied", 20);
  await history.reach(last);
  await goBack({ snapshot: file });
  await lost(history, last);
});
