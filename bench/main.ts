/**
 * Measures what operations cost with this client and with others:
 * `deno task bench`.
 *
 * @module
 */
import { note, print, thisRuntime } from "../tools/output/mod.ts";
import { type BenchCommand, helpText, readBenchArgs } from "./command/mod.ts";
import { measureCodec } from "./codec/mod.ts";
import {
  type SecureListeners,
  secureListeners,
  startBenchCluster,
} from "./cluster/mod.ts";
import {
  measureInRounds,
  prepareReady,
  type ReadyProgram,
} from "./rounds/mod.ts";
import {
  BENCH_MARKS,
  type BenchResult,
  type Measured,
  nameOf,
  putReport,
  renderReport,
} from "./report/mod.ts";
import { measureScale } from "./scale/mod.ts";

async function main(args: readonly string[]): Promise<number> {
  const command = commandLine(args);
  if (command === undefined) return 2;
  if (command.help) {
    print(helpText().trimEnd());
    return 0;
  }
  const { markdown } = command;
  const put = async (summary: string) => {
    if (markdown === undefined) return;
    await putReport(markdown, { marks: BENCH_MARKS, summary });
  };
  // Made sure of before a long run.
  await put("");
  const result = await measure(command);
  const report = renderReport(result);
  print(report.trimEnd());
  await put(report);
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
