/**
 * What a call costs over a bare grpc-js call: `deno task bench`.
 *
 * A real single-member etcd; the programs take turns, so that what else the
 * machine does hits all alike. Ratios are to be quoted, not the absolutes.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program's output
import { parseArgs } from "node:util";
import { Cluster } from "../tests/harness/mod.ts";

interface Sample {
  readonly opsPerSecond: number;
  readonly cpuMicros: number;
}

const PROGRAMS = ["bare grpc-js", "grpc1.0", "grpc1.7", "grpc1.23"] as const;
const OPERATIONS = ["serget", "linget", "put"] as const;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    count: { type: "string", default: "10000" },
    concurrency: { type: "string", default: "64" },
  },
});

await using cluster = await Cluster.start({
  members: 1,
  onProgress: (line) => console.error(line),
});
const endpoint = new URL(cluster.members[0]?.directEndpoint ?? "").host;
console.log(
  `etcd ${cluster.binaries.version}, Deno ${Deno.version.deno}, ${values.concurrency} in flight, median of ${values.rounds} interleaved rounds of ${values.count}`,
);
for (const operation of OPERATIONS) {
  const samples = new Map<string, Sample[]>(PROGRAMS.map((p) => [p, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const program of PROGRAMS) {
      samples.get(program)?.push(await measure(program, operation));
    }
  }
  const floor = median(samples.get("bare grpc-js") ?? []);
  for (const [program, taken] of samples) {
    const { opsPerSecond, cpuMicros } = median(taken);
    console.log(
      [
        operation.padEnd(7),
        program.padEnd(13),
        `${opsPerSecond.toFixed(0)} op/s`.padStart(12),
        `${cpuMicros.toFixed(1)} µs CPU/op`.padStart(16),
        `${(cpuMicros / floor.cpuMicros).toFixed(2)}× the CPU`.padStart(15),
        `${(opsPerSecond / floor.opsPerSecond).toFixed(2)}× the speed`,
      ].join("  "),
    );
  }
}

async function measure(program: string, operation: string): Promise<Sample> {
  const script = program === "bare grpc-js"
    ? "peers/bench_grpcjs.ts"
    : "ours.ts";
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", new URL(script, import.meta.url).href],
    env: {
      EP: endpoint,
      OP: operation,
      N: values.count,
      C: values.concurrency,
      BALANCER: program,
    },
    stderr: "piped",
  }).output();
  const line = new TextDecoder().decode(stdout).trim();
  const match = /(\d+) op\/s cpu ([\d.]+) us\/op/.exec(line);
  if (code !== 0 || match === null) {
    throw new Error(
      `Cannot measure ${program}: ${new TextDecoder().decode(stderr)}`,
    );
  }
  return { opsPerSecond: Number(match[1]), cpuMicros: Number(match[2]) };
}

/** The sample in the middle by CPU. */
function median(samples: readonly Sample[]): Sample {
  const sorted = samples.toSorted((a, b) => a.cpuMicros - b.cpuMicros);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("Cannot take the median of none");
  return middle;
}
