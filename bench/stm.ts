/**
 * Measures transactions of `stm()` beside those of Go's `NewSTM`, in turns, each in
 * a program of its own: `deno run -A bench/stm.ts`.
 * `--markdown=docs/measured/stm.md` puts the table there.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { Client } from "../mod.ts";
import { measuredWith, print, thisRuntime, wrap } from "../tools/output/mod.ts";
import { goProgram, type Operation, ours, type Work } from "./programs/mod.ts";
import { startBenchCluster } from "./cluster/mod.ts";
import {
  type Cell,
  measureInRounds,
  prepareReady,
  type Sample,
} from "./rounds/mod.ts";
import { putReport, spread, STM_MARKS } from "./report/mod.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    markdown: { type: "string" },
    share: { type: "string", default: "1" },
  },
});
const ROUNDS = Number(values.rounds);
const SHARE = Number(values.share);
const GROUPS = 100;
const READS = 10;
const VALUE = "v".repeat(256);

const OPERATIONS: readonly Operation[] = [
  {
    name: "stm10",
    title: "10 reads that are prefetched, 1 write",
    inFlight: [1, 16],
    count: 16_000,
  },
  {
    name: "stm10seq",
    title: "10 reads one after the other, 1 write",
    inFlight: [1, 16],
    count: 6_000,
  },
  {
    name: "stm4",
    title: "2 of 4 keys read and written, by 16 at once",
    inFlight: [16],
    // The last ones wait for a second: it must not count for much.
    count: 6_000,
  },
];
const NAMES = OPERATIONS.map(({ name }) => name);

/** Each operation with each number in flight; alone fewer, as it takes longer. */
function workOf(): readonly Work[] {
  return OPERATIONS.flatMap((operation) =>
    operation.inFlight.map((inFlight) => ({
      operation,
      inFlight,
      count: Math.ceil(
        operation.count * SHARE * (inFlight === 1 ? 0.5 : 1),
      ),
    }))
  );
}

async function prepareKeys(endpoints: readonly string[]): Promise<void> {
  await using client = new Client({ endpoints, batch: "all" });
  await Promise.all(
    Array.from({ length: GROUPS * READS }, (_, at) =>
      client.put(
        `bench/stm/${Math.floor(at / READS)}/${at % READS}`,
        VALUE,
      )),
  );
}

/** The middle of what was measured with one of the two. */
function middle(cell: Cell | undefined, field: keyof Sample): number {
  if (cell?.failure !== undefined) throw new Error(cell.failure);
  const figures = cell?.samples.map((sample) => sample[field] ?? NaN) ?? [];
  return spread(figures)?.median ?? NaN;
}

function row({ operation, inFlight }: Work, cells: readonly Cell[]): string {
  const [own, go] = cells;
  const [rate, goRate] = [own, go].map((one) => middle(one, "opsPerSecond"));
  const [cpu, goCpu] = [own, go].map((one) => middle(one, "cpuMicros"));
  return [
    "",
    operation.title,
    inFlight,
    rate?.toFixed(0),
    goRate?.toFixed(0),
    ((rate ?? NaN) / (goRate ?? NaN)).toFixed(2),
    cpu?.toFixed(0),
    goCpu?.toFixed(0),
    ((cpu ?? NaN) / (goCpu ?? NaN)).toFixed(2),
    "",
  ].join(" | ").trim();
}

async function main(): Promise<void> {
  const { ready, missing } = await prepareReady([
    { ...ours("grpc1.23"), operations: NAMES, countFactor: 1 },
    { ...goProgram, operations: NAMES, countFactor: 1 },
  ]);
  if (missing.length > 0) throw new Error("Cannot measure without Go");
  const { cluster, endpoints } = await startBenchCluster({ members: 1 });
  await using _closed = cluster;
  await prepareKeys(endpoints);
  const rows: string[] = [];
  for (const work of workOf()) {
    const reach = { work, rounds: ROUNDS, endpoints };
    rows.push(row(work, await measureInRounds(ready, reach)));
  }
  const report = [
    ...wrap(
      measuredWith(thisRuntime(), {
        server:
          `etcd ${cluster.binaries.version} with 1 member on the same machine`,
        remarks: [
          `${goProgram.title}`,
          "values of 256 bytes, counters where 16 are at 4 keys",
          `median of ${ROUNDS} interleaved rounds`,
        ],
      }),
      { width: 80, lead: "" },
    ),
    "",
    "| | at once | per second | Go | × Go | CPU, µs | Go | × Go |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
  print(report);
  const { markdown } = values;
  if (markdown === undefined) return;
  await putReport(markdown, { marks: STM_MARKS, summary: report });
}

if (import.meta.main) await main();
