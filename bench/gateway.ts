/**
 * Measures what the gateway costs beside `etcd gateway` and beside no gateway:
 * `deno run -A bench/gateway.ts`. `--markdown=docs/measured/gateway.md` puts
 * the table there.
 *
 * The three take turns, so that what else the machine does hits all alike.
 * Ratios are to be quoted, not the absolutes. Linux only: CPU is read in /proc.
 *
 * @module
 */
import { parseArgs } from "node:util";
import {
  measuredWith,
  print,
  putBetweenMarks,
  thisRuntime,
} from "../tools/output/mod.ts";
import { type GatewaySubject, GatewaySubjects } from "./_gateway_subjects.ts";
import {
  GATEWAY_MARKS,
  type GatewaySample,
  renderGateway,
} from "./_gateway_report.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    mib: { type: "string", default: "1024" },
    connections: { type: "string", default: "5000" },
    concurrency: { type: "string", default: "32" },
    markdown: { type: "string" },
  },
});
const TICKS_PER_SECOND = 100;
const ROUNDS = Number(values.rounds);
const MIB = Number(values.mib);
const CONNECTIONS = Number(values.connections);

// Made sure of before a long run.
if (values.markdown !== undefined) await putReport(values.markdown, "");
await using subjects = new GatewaySubjects();
const all = await subjects.start();
const bytes = await measure(all, {
  amount: MIB,
  units: MIB / 1_024,
  run: (port) => download(port, MIB * 2 ** 20),
});
const connections = await measure(all, {
  amount: CONNECTIONS,
  units: CONNECTIONS / 1_000,
  run: (port) => connectOften(port),
});
const report = renderGateway(
  measuredWith(thisRuntime(), {
    remarks: [
      `${MIB} MiB by one connection`,
      `${CONNECTIONS} connections, ${values.concurrency} at once`,
      `median of ${ROUNDS} interleaved rounds`,
    ],
  }),
  all.map((subject) => ({
    name: subject.name,
    bytes: bytes.get(subject) ?? [],
    connections: connections.get(subject) ?? [],
  })),
);
print(report.trimEnd());
if (values.markdown !== undefined) await putReport(values.markdown, report);

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

async function connectOften(port: number): Promise<void> {
  let left = CONNECTIONS;
  const worker = async () => {
    while (left-- > 0) await download(port, 1);
  };
  await Promise.all(Array.from({ length: Number(values.concurrency) }, worker));
}

/** Asks for so many bytes and reads them. */
async function download(port: number, size: number): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const asked = new Uint8Array(8);
  new DataView(asked.buffer).setBigUint64(0, BigInt(size));
  await connection.write(asked);
  const buffer = new Uint8Array(size > 1 ? 256 << 10 : 16);
  let received = 0;
  for (;;) {
    const read = await connection.read(buffer);
    if (read === null) break;
    received += read;
  }
  if (received !== size) {
    throw new Error(`Cannot go on: ${received} of ${size} bytes arrived`);
  }
}

/** User and system time of a process so far. */
async function cpuSeconds(pid: number | undefined): Promise<number> {
  if (pid === undefined) return 0;
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything; what follows it does not.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function putReport(path: string, summary: string): Promise<void> {
  const text = putBetweenMarks(await Deno.readTextFile(path), {
    marks: GATEWAY_MARKS,
    summary,
  });
  if (summary !== "") await Deno.writeTextFile(path, text);
}
