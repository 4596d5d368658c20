/**
 * Measures what the gateway costs beside `etcd gateway`, beside the least that
 * a gateway on Deno can be, and beside none: `deno run -A bench/gateway.ts`.
 * `--markdown=docs/measured/gateway.md` puts the tables there.
 *
 * They take turns, so that what else the machine does hits all alike. Ratios
 * are to be quoted, not the absolutes. Linux only: CPU and memory are read in
 * /proc.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { measuredWith, print, thisRuntime } from "../tools/output/mod.ts";
import {
  download,
  GATEWAY_MARKS as marks,
  type GatewaySample,
  type GatewaySubject,
  GatewaySubjects,
  IdleConnections,
  type IdleSample,
  often,
  renderGateway,
} from "./gateway/mod.ts";
import { putReport } from "./report/mod.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    mib: { type: "string", default: "1024" },
    connections: { type: "string", default: "5000" },
    // `etcd gateway` takes 6 descriptors for each: more than 20 000 for 5 000.
    idle: { type: "string", default: "3000" },
    concurrency: { type: "string", default: "32" },
    markdown: { type: "string" },
  },
});
const TICKS_PER_SECOND = 100;
const ROUNDS = Number(values.rounds);
const MIB = Number(values.mib);
const CONNECTIONS = Number(values.connections);
const CONCURRENCY = Number(values.concurrency);
const IDLE = Number(values.idle);
/** So that what was garbage before is not counted. */
const REST_MS = 1_000;

// Made sure of before a long run.
if (values.markdown !== undefined) {
  await putReport(values.markdown, { marks, summary: "" });
}
await using subjects = new GatewaySubjects();
const all = await subjects.start();
// Memory first: what a process has once had it does not give back.
const idle = new Map<GatewaySubject, IdleSample>();
for (const subject of all) {
  const { pid } = subject;
  if (pid !== undefined) {
    idle.set(subject, await measureIdle(subject.port, pid));
  }
}
const bytes = await measure(all, {
  amount: MIB,
  units: MIB / 1_024,
  run: (port) => download(port, MIB * 2 ** 20),
});
const connections = await measure(all, {
  amount: CONNECTIONS,
  units: CONNECTIONS / 1_000,
  run: (port) =>
    often(() => download(port, 1), {
      count: CONNECTIONS,
      concurrency: CONCURRENCY,
    }),
});
const report = renderGateway(
  measuredWith(thisRuntime(), {
    remarks: [
      `${MIB} MiB by one connection`,
      `${CONNECTIONS} connections, ${CONCURRENCY} at once`,
      `${IDLE} idle connections`,
      `median of ${ROUNDS} interleaved rounds`,
    ],
  }),
  all.map((subject) => ({
    name: subject.name,
    bytes: bytes.get(subject) ?? [],
    connections: connections.get(subject) ?? [],
    idle: idle.get(subject),
  })),
);
print(report.trimEnd());
if (values.markdown !== undefined) {
  await putReport(values.markdown, { marks, summary: report });
}

interface Load {
  /** Of what is counted by the second. */
  readonly amount: number;
  /** Of what CPU is counted for. */
  readonly units: number;
  run(port: number): Promise<void>;
}

/** Runs a load against each subject in turns. */
async function measure(
  subjects: readonly GatewaySubject[],
  { amount, units, run }: Load,
): Promise<ReadonlyMap<GatewaySubject, readonly GatewaySample[]>> {
  const samples = new Map<GatewaySubject, GatewaySample[]>(
    subjects.map((subject) => [subject, []]),
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const [{ port, pid }, taken] of samples) {
      const cpuBefore = await cpuSeconds(pid);
      const startMs = performance.now();
      await run(port);
      const seconds = (performance.now() - startMs) / 1_000;
      const cpu = await cpuSeconds(pid) - cpuBefore;
      taken.push({ perSecond: amount / seconds, cpuSeconds: cpu / units });
    }
  }
  return samples;
}

/** The memory of a process before, and with, idle connections. */
async function measureIdle(port: number, pid: number): Promise<IdleSample> {
  const beforeMib = await residentMib(pid);
  using connections = new IdleConnections();
  await connections.open(port, IDLE);
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  return { count: IDLE, beforeMib, mib: await residentMib(pid) };
}

async function residentMib(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024;
}

/** User and system time of a process so far. */
async function cpuSeconds(pid: number | undefined): Promise<number> {
  if (pid === undefined) return 0;
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything; what follows it does not.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
