// What watches and leases leave behind on the server and here: nothing.
import { assert, assertEquals } from "@std/assert";
import { Client, prefix, type Watch } from "../../mod.ts";
import { metricOf, waitFor } from "../harness/mod.ts";
import { cluster, startCluster } from "./_cluster.ts";

const PER_ROUND = 5_000;
const LIVE = 10_000;
const MIB = 1024 * 1024;
// About a hundred bytes for each.
const BOUND_BYTES = MIB / 2;

startCluster({ members: 1 });

/** What the server holds for its clients. */
interface Held {
  readonly connections: number;
  readonly watchStreams: number;
  readonly watches: number;
  readonly leases: number;
}

async function held(): Promise<Held> {
  const [member] = cluster.members;
  const metric = (name: string) => metricOf(cluster.members, name);
  return {
    connections: (await member?.proxy.stats())?.open ?? NaN,
    watchStreams: await metric("etcd_debugging_mvcc_watch_stream_total"),
    watches: await metric("etcd_debugging_mvcc_watcher_total"),
    leases: await metric("etcd_debugging_lease_granted_total") -
      await metric("etcd_debugging_lease_revoked_total"),
  };
}

async function backAt(baseline: Held): Promise<void> {
  await waitFor(
    `the server holding ${JSON.stringify(baseline)}`,
    async () => JSON.stringify(await held()) === JSON.stringify(baseline),
    { timeoutMs: 30_000 },
  );
}

for (const kind of ["watches", "leases"]) {
  Deno.test(`${2 * PER_ROUND} ${kind} opened and closed leave nothing on the server, and the heap as it was`, async () => {
    const baseline = await held();
    const startedAt = performance.now();
    const { heapBytes, end } = await runLeakProgram(kind);
    const tookMs = performance.now() - startedAt;
    // Its client is closed, the process is not.
    await backAt(baseline);
    await end();
    const [first = NaN, second = NaN] = heapBytes;
    say(
      `${kind}: heap ${(first / MIB).toFixed(2)} MiB after ${PER_ROUND}, ` +
        `${(second / MIB).toFixed(2)} MiB after as many more, ` +
        `in ${(tookMs / 1_000).toFixed(1)} s`,
    );
    assert(second - first < BOUND_BYTES, `${second - first} bytes more`);
  });
}

Deno.test("Watches end on the server whichever way they end here", async () => {
  const baseline = await held();
  const watches = (count: number) =>
    waitFor(
      `${count} watches more`,
      async () => (await held()).watches === baseline.watches + count,
    );
  const client = new Client({ endpoints: cluster.endpoints });
  const abort = new AbortController();
  const closed = client.watch("a");
  const left = client.watch("b");
  const aborted = client.watch("c", { signal: abort.signal });
  const open = client.watch("d");
  await Promise.all([closed, left, aborted, open].map(({ ready }) => ready));
  await watches(4);
  await closed.close();
  await client.put("b", "x");
  for await (const { events } of left) {
    assertEquals(events.length, 1);
    break;
  }
  abort.abort();
  await watches(1);
  await client.close();
  await backAt(baseline);
});

Deno.test(`${LIVE} watches of one client are all live`, async () => {
  const baseline = await held();
  await using client = new Client({ endpoints: cluster.endpoints });
  const heap = Deno.memoryUsage().heapUsed;
  const startedAt = performance.now();
  const watches = Array.from(
    { length: LIVE },
    () => client.watch(prefix("live/")),
  );
  await Promise.all(watches.map(({ ready }) => ready));
  const createdMs = performance.now() - startedAt;
  await backAt({
    ...baseline,
    connections: baseline.connections + 1,
    watchStreams: baseline.watchStreams + 1,
    watches: baseline.watches + LIVE,
  });
  const { revision } = (await client.put("live/x", "x")).header;
  const putAt = performance.now();
  const revisions = await Promise.all(watches.map(firstRevision));
  assertEquals(new Set(revisions), new Set([revision]));
  say(
    `${LIVE} live: created in ${createdMs.toFixed(0)} ms, an event at all ` +
      `in ${(performance.now() - putAt).toFixed(0)} ms, heap ` +
      `${((Deno.memoryUsage().heapUsed - heap) / MIB).toFixed(1)} MiB more`,
  );
  await client.close();
  await backAt(baseline);
});

/** Runs the program until its client is closed; `end` lets it go. */
async function runLeakProgram(kind: string): Promise<{
  readonly heapBytes: readonly number[];
  end(): Promise<void>;
}> {
  const [endpoint = ""] = cluster.endpoints;
  const child = new Deno.Command("deno", {
    args: [
      "run",
      "--no-prompt",
      "--no-lock",
      "--v8-flags=--expose-gc",
      "--config",
      new URL("../../deno.json", import.meta.url).pathname,
      "--allow-net",
      "--allow-env",
      new URL("./_leak_program.ts", import.meta.url).pathname,
      endpoint,
      kind,
      String(PER_ROUND),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    signal: AbortSignal.timeout(120_000),
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await lines.read();
  assert(value !== undefined, "the program ended without a word");
  return {
    heapBytes: JSON.parse(value),
    async end() {
      await child.stdin.close();
      await lines.cancel();
      assertEquals((await child.status).code, 0);
    },
  };
}

async function firstRevision(watch: Watch): Promise<bigint | undefined> {
  for await (const { kv } of watch.events()) return kv.modRevision;
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`  leaks: ${line}\n`));
}
