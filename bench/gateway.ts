/**
 * What the gateway costs beside `etcd gateway` and beside no gateway:
 * `deno run -A bench/gateway.ts`.
 *
 * The three take turns, so that what else the machine does hits all alike.
 * Ratios are to be quoted, not the absolutes. Linux only: CPU is read in /proc.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program's output
import { parseArgs } from "node:util";
import { findEtcd } from "../tests/harness/mod.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    mib: { type: "string", default: "1024" },
    connections: { type: "string", default: "5000" },
    concurrency: { type: "string", default: "32" },
  },
});
const TICKS_PER_SECOND = 100;
const ROUNDS = Number(values.rounds);
const BYTES = Number(values.mib) * 2 ** 20;
const CONNECTIONS = Number(values.connections);

interface Subject {
  readonly name: string;
  readonly port: number;
  /** The process whose CPU counts, if there is one in between. */
  readonly pid: number | undefined;
}

interface Sample {
  readonly perSecond: number;
  readonly cpuSeconds: number;
}

const children: Deno.ChildProcess[] = [];
try {
  const binaries = await findEtcd();
  const source = start(Deno.execPath(), [
    "run",
    "-A",
    `${import.meta.dirname}/gateway_source.ts`,
  ]);
  const sourcePort = Number(await firstLine(source.stdout));
  const endpoints = `--endpoints=127.0.0.1:${sourcePort}`;
  const subjects: readonly Subject[] = [
    { name: "direct", port: sourcePort, pid: undefined },
    await gateway(`etcd ${binaries.version}`, binaries.etcd, [
      "gateway",
      "start",
      endpoints,
    ]),
    await gateway(`ours, Deno ${Deno.version.deno}`, Deno.execPath(), [
      "run",
      "--allow-net",
      `${import.meta.dirname}/../gateway/main.ts`,
      "start",
      endpoints,
    ]),
  ];
  console.log(
    `${values.mib} MiB, ${CONNECTIONS} connections (${values.concurrency} at once), median of ${ROUNDS} interleaved rounds`,
  );
  await compare("MiB", "GiB", subjects, async (port) => {
    await download(port, BYTES);
    return { amount: BYTES / 2 ** 20, units: BYTES / 2 ** 30 };
  });
  await compare("connections", "1000", subjects, async (port) => {
    let left = CONNECTIONS;
    const worker = async () => {
      while (left-- > 0) await download(port, 1);
    };
    await Promise.all(
      Array.from({ length: Number(values.concurrency) }, worker),
    );
    return { amount: CONNECTIONS, units: CONNECTIONS / 1_000 };
  });
} finally {
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(children.map((child) => child.status));
}

/** Runs a load against each subject in turns, and prints a line for each. */
async function compare(
  amountName: string,
  unitName: string,
  subjects: readonly Subject[],
  load: (port: number) => Promise<{ amount: number; units: number }>,
): Promise<void> {
  const samples = new Map<Subject, Sample[]>(subjects.map((s) => [s, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const subject of subjects) {
      const cpuBefore = await cpuSeconds(subject.pid);
      const startMs = performance.now();
      const { amount, units } = await load(subject.port);
      const seconds = (performance.now() - startMs) / 1_000;
      const cpu = await cpuSeconds(subject.pid) - cpuBefore;
      samples.get(subject)?.push({
        perSecond: amount / seconds,
        cpuSeconds: cpu / units,
      });
    }
  }
  for (const [{ name }, taken] of samples) {
    const { perSecond, cpuSeconds } = median(taken);
    console.log(
      [
        name.padEnd(20),
        `${perSecond.toFixed(0)} ${amountName}/s`.padStart(22),
        `${cpuSeconds.toFixed(2)} s CPU per ${unitName}`.padStart(24),
      ].join("  "),
    );
  }
}

async function gateway(
  name: string,
  program: string,
  args: readonly string[],
): Promise<Subject> {
  const [port = 0] = [freePort()];
  const child = start(program, [...args, `--listen-addr=127.0.0.1:${port}`]);
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return { name, port, pid: child.pid };
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
  }
}

function start(program: string, args: readonly string[]): Deno.ChildProcess {
  const child = new Deno.Command(program, {
    args: [...args],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  children.push(child);
  return child;
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  for await (const chunk of stream) return new TextDecoder().decode(chunk);
  throw new Error("Cannot read the port: the server said nothing");
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
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

/** The sample in the middle by speed. */
function median(samples: readonly Sample[]): Sample {
  const sorted = samples.toSorted((a, b) => a.perSecond - b.perSecond);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("Cannot take the median of none");
  return middle;
}
