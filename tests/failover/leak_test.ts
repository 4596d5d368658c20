// What watches leave behind on the server and here: nothing. By hand, with
// more of them: ETCDENO_LEAK_WATCHES=10000 deno task test FILE
import { assert, assertEquals } from "@std/assert";
import { Client, prefix, type Watch } from "../../mod.ts";
import { Cluster, waitFor } from "../harness/mod.ts";

const WATCHES = Number(Deno.env.get("ETCDENO_LEAK_WATCHES") ?? 2_000);
const MIB = 1024 * 1024;

let cluster: Cluster;

Deno.test.beforeAll(async () => {
  cluster = await Cluster.start({ members: 1 });
});

Deno.test.afterAll(async () => {
  await cluster.close();
});

/** How many watches the server has. */
async function watchers(): Promise<number> {
  const text = await cluster.members[0]?.metrics() ?? "";
  const [, value] = /^etcd_debugging_mvcc_watcher_total (\S+)$/m.exec(text) ??
    [];
  assert(value !== undefined, "the server does not tell");
  return Number(value);
}

async function backAt(baseline: number): Promise<void> {
  await waitFor(
    `${baseline} watches on the server`,
    async () => await watchers() === baseline,
    { timeoutMs: 30_000 },
  );
}

Deno.test(`${WATCHES} watches opened and closed leave nothing on the server`, async () => {
  const baseline = await watchers();
  await using client = new Client({ endpoints: cluster.endpoints });
  // One that stays, so that the stream does, and each has to be canceled.
  await using kept = client.watch("kept");
  await kept.ready;
  await openAndClose(client, WATCHES);
  const before = Deno.memoryUsage().heapUsed;
  await openAndClose(client, WATCHES);
  const grownMiB = (Deno.memoryUsage().heapUsed - before) / MIB;
  await backAt(baseline + 1);
  await kept.close();
  await backAt(baseline);
  say(
    `${WATCHES} more opened and closed: heap ${grownMiB.toFixed(1)} MiB more`,
  );
});

Deno.test("Watches end on the server whichever way they end here", async () => {
  const baseline = await watchers();
  const client = new Client({ endpoints: cluster.endpoints });
  const abort = new AbortController();
  const closed = client.watch("a");
  const left = client.watch("b");
  const aborted = client.watch("c", { signal: abort.signal });
  const open = client.watch("d");
  await Promise.all([closed, left, aborted, open].map(({ ready }) => ready));
  await backAt(baseline + 4);
  await closed.close();
  await client.put("b", "x");
  for await (const { events } of left) {
    assertEquals(events.length, 1);
    break;
  }
  abort.abort();
  await backAt(baseline + 1);
  await client.close();
  await backAt(baseline);
});

Deno.test(`${WATCHES} watches of one client are all live`, async () => {
  await using client = new Client({ endpoints: cluster.endpoints });
  const baseline = await watchers();
  const heap = Deno.memoryUsage().heapUsed;
  const startedAt = performance.now();
  const watches = Array.from(
    { length: WATCHES },
    () => client.watch(prefix("live/")),
  );
  await Promise.all(watches.map(({ ready }) => ready));
  const createdMs = performance.now() - startedAt;
  await backAt(baseline + WATCHES);
  const { endpoints } = client.balancer;
  assertEquals(endpoints.map(({ inFlight }) => inFlight), [1]);
  const { revision } = (await client.put("live/x", "x")).header;
  const putAt = performance.now();
  const revisions = await Promise.all(watches.map(firstRevision));
  assertEquals(new Set(revisions), new Set([revision]));
  say(
    `${WATCHES} live: created in ${createdMs.toFixed(0)} ms, an event at all ` +
      `in ${(performance.now() - putAt).toFixed(0)} ms, heap ` +
      `${((Deno.memoryUsage().heapUsed - heap) / MIB).toFixed(1)} MiB more`,
  );
  await backAt(baseline);
});

async function openAndClose(client: Client, count: number): Promise<void> {
  for (let made = 0; made < count; made += 100) {
    const watches = Array.from({ length: 100 }, () => client.watch("k"));
    await Promise.all(watches.map(({ ready }) => ready));
    await Promise.all(watches.map((watch) => watch.close()));
  }
}

async function firstRevision(watch: Watch): Promise<bigint | undefined> {
  for await (const { kv } of watch.events()) return kv.modRevision;
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`  leaks: ${line}\n`));
}
