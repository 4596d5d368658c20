/**
 * Measures what operations cost with this client and with others:
 * `deno task bench`.
 *
 * @module
 */
import {
  note,
  print,
  putBetweenMarks,
  thisRuntime,
} from "../tools/output/mod.ts";
import { type BenchCommand, readBenchArgs } from "./command/args.ts";
import { measureCodec } from "./codec/codec.ts";
import { helpText } from "./command/help.ts";
import { startBenchCluster } from "./cluster/start_bench_cluster.ts";
import { prepareReady } from "./rounds/ready.ts";
import { MARKS, renderReport } from "./report/report.ts";
import type { BenchResult, Measured } from "./report/result.ts";
import { measureInRounds, type ReadyProgram } from "./rounds/rounds.ts";
import { measureScale } from "./scale/scale.ts";
import {
  type SecureListeners,
  secureListeners,
} from "./cluster/secure_listeners.ts";
import { nameOf } from "./report/_tables.ts";

async function main(args: readonly string[]): Promise<number> {
  const command = commandLine(args);
  if (command === undefined) return 2;
  if (command.help) {
    print(helpText().trimEnd());
    return 0;
  }
  // Made sure of before a long run.
  if (command.markdown !== undefined) await putReport(command.markdown, "");
  const result = await measure(command);
  const report = renderReport(result);
  print(report.trimEnd());
  if (command.markdown !== undefined) await putReport(command.markdown, report);
  if (command.json !== undefined) {
    await Deno.writeTextFile(
      command.json,
      `${JSON.stringify(result, null, 2)}\n`,
    );
  }
  const failed = result.calls.some(({ cells }) =>
    cells.some(({ failure }) => failure !== undefined)
  );
  return failed ? 1 : 0;
}

async function measure(command: BenchCommand): Promise<BenchResult> {
  const { rounds, members } = command;
  const startedAt = new Date().toISOString();
  const { ready, missing } = await prepareReady(
    command.programs.filter(({ operations }) =>
      command.work.some(({ operation }) => operations.includes(operation.name))
    ),
  );
  const isTlsAsked = command.work.some(({ operation }) => operation.overTls);
  await using secure = isTlsAsked ? await secureListeners(members) : undefined;
  const { cluster, endpoints } = await startBenchCluster({
    members,
    secure,
    onProgress: note,
  });
  await using _closed = cluster;
  const calls = await measureCalls(ready, { command, endpoints, secure });
  return {
    startedAt,
    runtime: thisRuntime(),
    etcd: { version: cluster.binaries.version, members },
    rounds,
    programs: ready.map(({ name, title }) => ({ name, title })),
    missing,
    calls,
    codec: command.codec ? measureCodec() : [],
    scale: command.scale
      ? await measureScale(cluster, {
        transport: command.transport,
        onProgress: note,
      })
      : [],
  };
}

/** Every operation, by the programs that have it. */
async function measureCalls(
  ready: readonly ReadyProgram[],
  { command: { work, rounds }, endpoints, secure }: {
    readonly command: BenchCommand;
    readonly endpoints: readonly string[];
    readonly secure: SecureListeners | undefined;
  },
): Promise<readonly Measured[]> {
  const calls: Measured[] = [];
  for (const each of work) {
    const { operation: { name: operation, title, overTls }, inFlight, count } =
      each;
    note(nameOf({ operation, title, inFlight }));
    const cells = await measureInRounds(ready, {
      ...overTls && secure
        ? { endpoints: secure.endpoints, ca: secure.ca }
        : { endpoints },
      work: each,
      rounds,
    });
    calls.push({ operation, title, inFlight, count, cells });
  }
  return calls;
}

async function putReport(path: string, summary: string): Promise<void> {
  const text = putBetweenMarks(await Deno.readTextFile(path), {
    marks: MARKS,
    summary,
  });
  if (summary !== "") await Deno.writeTextFile(path, text);
}

function commandLine(args: readonly string[]): BenchCommand | undefined {
  try {
    return readBenchArgs(args);
  } catch (error) {
    // No stack helps somebody who mistyped a flag.
    if (!(error instanceof TypeError)) throw error;
    note(error.message);
    return undefined;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
