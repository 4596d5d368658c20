/**
 * Measures what a view costs beside a bare watch, and what it takes to hold a
 * hundred thousand keys: `deno run -A --v8-flags=--expose-gc bench/view.ts`.
 * `--markdown=docs/measured/view.md` puts the table there.
 *
 * The programs take turns, and each has the same events. Their CPU time counts,
 * which another busy process changes less than how long they take.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { Client, op, prefix } from "../mod.ts";
import { view } from "../recipes/mod.ts";
import {
  counted,
  measuredWith,
  print,
  thisRuntime,
  wrap,
} from "../tools/output/mod.ts";
import { startBenchCluster } from "./cluster/mod.ts";
import { emptyKeyspaceAt } from "./_empty_keyspace.ts";
import { putReport, spread, VIEW_MARKS } from "./report/mod.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    keys: { type: "string", default: "100000" },
    markdown: { type: "string" },
  },
});
const ROUNDS = Number(values.rounds);
const KEYS = Number(values.keys);
const OPS = 100;
const EVENTS = 50_000;
const LIVE_EVENTS = 20_000;
const VALUE = "v".repeat(256);
const RANGE = prefix("view/");

/** The time of a run. */
interface Taken {
  readonly cpuMs: number;
  readonly ms: number;
}

await using cluster = (await startBenchCluster({ members: 1 })).cluster;
await using client = new Client({
  endpoints: cluster.members.map(({ directEndpoint }) => directEndpoint),
});

/** Puts keys, many in a transaction; resolves to the last revision. */
async function put(count: number): Promise<bigint> {
  let last = 0n;
  for (let at = 0; at < count; at += OPS) {
    const then = Array.from({ length: OPS }, (_, one) => {
      const number = String((at + one) % KEYS).padStart(7, "0");
      return op.put(`view/some/more/of/it/${number}`, VALUE);
    });
    ({ header: { revision: last } } = await client.txn({ then }));
  }
  return last;
}

async function measured(work: () => Promise<unknown>): Promise<Taken> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1_000, ms: performance.now() - startedAt };
}

/** The bytes that are in use when nothing can be freed. */
function usedBytes(): number {
  const { gc } = globalThis as { readonly gc?: () => void };
  if (gc === undefined) throw new Error("Run it with --v8-flags=--expose-gc");
  // Once does not free what was only waiting to be.
  for (let times = 0; times < 3; times++) gc();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

const before = (await client.range("view")).header.revision;
const last = await put(EVENTS);
const runs: Readonly<Record<string, () => Promise<void>>> = {
  async "a bare watch"() {
    await using watch = client.watch(RANGE, { startRevision: before + 1n });
    for await (const { events } of watch) {
      if (events.at(-1)?.kv.modRevision === last) return;
    }
  },
  async "a view"() {
    await using v = await view(emptyKeyspaceAt(client, before), RANGE);
    await v.waitFor(last);
  },
  async "a view whose changes are read"() {
    await using v = await view(emptyKeyspaceAt(client, before), RANGE);
    for await (const { revision } of v.changes()) if (revision >= last) return;
  },
};
const replayed = await inTurns(runs);
const written = await inTurns({
  async "a bare watch"() {
    await using watch = client.watch(RANGE);
    await watch.ready;
    const writing = put(LIVE_EVENTS);
    let left = LIVE_EVENTS;
    for await (const { events } of watch) {
      if ((left -= events.length) <= 0) break;
    }
    await writing;
  },
  async "a view"() {
    await using v = await view(emptyKeyspaceAt(client, await put(OPS)), RANGE);
    await v.waitFor(await put(LIVE_EVENTS));
  },
  async "a view whose changes are read"() {
    await using v = await view(emptyKeyspaceAt(client, await put(OPS)), RANGE);
    const changes = v.changes();
    const writing = put(LIVE_EVENTS);
    let left = LIVE_EVENTS;
    for await (const update of changes) {
      if ((left -= update.changes.length) <= 0) break;
    }
    await writing;
  },
});
const events = [...replayed].map(([name, times]) =>
  [
    "",
    name,
    (times * 1_000 / EVENTS).toFixed(2),
    share(replayed, name),
    ((written.get(name) ?? 0) * 1_000 / LIVE_EVENTS).toFixed(2),
    share(written, name),
    "",
  ].join(" | ").trim()
);

/** The median CPU time of each, in milliseconds. */
async function inTurns(
  all: Readonly<Record<string, () => Promise<void>>>,
): Promise<ReadonlyMap<string, number>> {
  const names = Object.keys(all);
  const taken = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    // Each may have to clear up after the one before.
    for (let at = 0; at < names.length; at++) {
      const name = names[(at + round) % names.length] ?? "";
      const { cpuMs } = await measured(all[name] ?? (() => Promise.resolve()));
      // The first time everything is compiled.
      if (round > 0) taken.get(name)?.push(cpuMs);
    }
  }
  return new Map(
    [...taken].map(([name, times]) => [name, spread(times)?.median ?? 0]),
  );
}

function share(all: ReadonlyMap<string, number>, name: string): string {
  return ((all.get("a bare watch") ?? 0) / (all.get(name) ?? 0)).toFixed(2);
}

await put(KEYS);
// Before the list is read, whose keys would count as freed.
const usedBefore = usedBytes();
const held = Promise.withResolvers<Awaited<ReturnType<typeof view>>>();
const live = await measured(async () => {
  const v = await view(client, RANGE);
  held.resolve(v);
});
await using v = await held.promise;
const perKey = Math.round((usedBytes() - usedBefore) / v.size);
const listed = await measured(() => Array.fromAsync(client.list(RANGE)));
const iterated = await measured(() => Promise.resolve([...v]));

const ms = (one: Taken) => one.ms.toFixed(0);
const report = [
  ...wrap(
    measuredWith(thisRuntime(), {
      server:
        `etcd ${cluster.binaries.version} with 1 member on the same machine`,
      remarks: [
        counted(EVENTS, "event"),
        "values of 256 bytes as text",
        `median of ${ROUNDS} interleaved rounds`,
      ],
    }),
    { width: 80, lead: "" },
  ),
  "",
  "| | CPU for an event that is there already, µs | events per second, × | CPU for one that is written meanwhile, µs | events per second, × |",
  "| --- | --- | --- | --- | --- |",
  ...events,
  "",
  `With ${v.size} keys:`,
  "",
  "| | |",
  "| --- | --- |",
  `| until the view is there | ${ms(live)} ms |`,
  `| only to read the range with \`list()\` | ${ms(listed)} ms |`,
  `| to iterate over all, the first time | ${ms(iterated)} ms |`,
  `| memory for a key of 28 bytes with its value of 256 | ${perKey} bytes |`,
  "",
].join("\n");
print(report);
if (values.markdown !== undefined) {
  await putReport(values.markdown, { marks: VIEW_MARKS, summary: report });
}
