/**
 * `deno task compare`: the generations of etcd's client on one cluster, under
 * the same faults, judged against the catalogue of scenarios.
 *
 * A run (`run/`) gives a result (`result/`), and the
 * report (`report/`) is made of the result alone.
 *
 * @module
 */
import {
  Cluster,
  type EtcdBinaries,
  findEtcd,
} from "../../tests/harness/mod.ts";
import { CATALOGUE, QUICK } from "../../tests/scenarios/catalogue.ts";
import { SUBJECTS } from "../../tests/scenarios/subjects.ts";
import {
  CALL_TIMEOUT_MS,
  checkEtcdVersion,
  readCompareArgs,
  readStrategyFiles,
} from "./_args.ts";
import type { Known } from "./_choice.ts";
import {
  type ComparePlan,
  type CompareResult,
  isBad,
  messageOf,
} from "./result/mod.ts";
import {
  CompareProgress,
  onInterrupt,
  readEarlier,
  runComparison,
  type StartCluster,
} from "./run/mod.ts";
import { resultFile } from "./_files.ts";
import { helpText, listText } from "./_help.ts";
import { checkMarks } from "./report/mod.ts";
import { type OutputFiles, writeOutputs } from "./_output.ts";
import { loadOwnStrategies, withExpectations } from "./_own_strategy.ts";
import {
  paintFor,
  processSink,
  type Sink,
  UsageError,
  userPath,
} from "../output/mod.ts";

/** Options of {@linkcode compare}; what of the plan is missing is as usual. */
export interface CompareOptions extends Partial<ComparePlan>, OutputFiles {
  /** The version of etcd. @default {What `findEtcd` takes} */
  readonly etcd?: string | undefined;
  /** Whether to go on with what the file `json` has. @default {false} */
  readonly resume?: boolean;
  /** Ends the run; what there is by then is reported. */
  readonly signal?: AbortSignal | undefined;
  /** After this a scenario counts as failed. @default {120_000} */
  readonly cellLimitMs?: number;
  /** A cluster to run on, which is left open. @default {A new one} */
  readonly cluster?: Cluster;
  /** Starts a cluster where one is needed. @default {With etcd found} */
  readonly startCluster?: StartCluster;
  /** Takes the report. @default {Standard output} */
  readonly stdout?: Sink;
  /** Takes the progress. @default {Standard error} */
  readonly stderr?: Sink;
}

/** What {@linkcode compare} came to. */
export interface CompareOutcome {
  /** As `--help` has them. */
  readonly exitCode: number;
  /** Missing if there was no cluster to run anything on. */
  readonly result: CompareResult | undefined;
}

/** The exit codes, as `--help` has them. */
const EXIT = {
  expected: 0,
  unexpected: 1,
  usage: 2,
  interrupted: 130,
} as const;
const KNOWN: Known = {
  subjects: SUBJECTS,
  scenarios: CATALOGUE,
  quick: QUICK,
};

/**
 * Runs the scenarios under the strategies, and reports.
 *
 * @throws {UsageError} If it cannot go on with the file it is to go on with.
 */
export async function compare(
  options: CompareOptions = {},
): Promise<CompareOutcome> {
  const {
    stdout = processSink("stdout"),
    stderr = processSink("stderr"),
    signal,
    json,
  } = options;
  const plan: ComparePlan = {
    subjects: options.subjects ?? SUBJECTS,
    scenarios: options.scenarios ?? CATALOGUE,
    only: options.only,
    callTimeoutMs: options.callTimeoutMs ?? CALL_TIMEOUT_MS.normal,
    runs: options.runs ?? 1,
    jobs: options.jobs ?? 1,
  };
  const earlier = options.resume && json !== undefined
    ? await readEarlier(json, plan)
    : undefined;
  using progress = new CompareProgress({ ...plan, sink: stderr });
  const onStep = (text: string): void =>
    progress.onEvent({ type: "step", text });
  const onAbort = (): void => onStep("Stopping; once more stops at once");
  signal?.addEventListener("abort", onAbort);
  let result: CompareResult;
  try {
    result = await runComparison(plan, {
      startCluster: options.startCluster ?? starter(options, onStep),
      cluster: options.cluster,
      earlier,
      onEvent: (event) => progress.onEvent(event),
      signal,
      cellLimitMs: options.cellLimitMs,
    });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (signal?.aborted) {
      progress.note("Interrupted before the first scenario");
      return { exitCode: EXIT.interrupted, result: undefined };
    }
    progress.note(messageOf(error));
    return { exitCode: EXIT.unexpected, result: undefined };
  } finally {
    signal?.removeEventListener("abort", onAbort);
    progress.close();
  }
  await writeOutputs(result, {
    ...options,
    stdout,
    note: (text) => progress.note(text),
  });
  return { exitCode: exitCodeOf(result), result };
}

/** The command: resolves to its exit code. */
export async function main(
  args: readonly string[],
  sinks: { readonly stdout?: Sink; readonly stderr?: Sink } = {},
): Promise<number> {
  const { stdout = processSink("stdout"), stderr = processSink("stderr") } =
    sinks;
  try {
    const own = await loadOwnStrategies(readStrategyFiles(args), KNOWN);
    const known: Known = {
      ...KNOWN,
      own: own.map(({ subject }) => subject),
      scenarios: withExpectations(CATALOGUE, own),
    };
    const command = readCompareArgs(args, known);
    if (command.kind === "help") {
      stdout.write(helpText(KNOWN));
      return EXIT.expected;
    }
    if (command.kind === "list") {
      const { columns } = stdout;
      stdout.write(
        listText(known.scenarios, { columns, paint: paintFor(stdout) }),
      );
      return EXIT.expected;
    }
    checkEtcdVersion("ETCD_VERSION", Deno.env.get("ETCD_VERSION") || "3.5");
    const json = await resultFile("--json", command.json);
    const html = await resultFile("--html", command.html);
    const markdown = typeof command.markdown === "string"
      ? userPath(command.markdown)
      : command.markdown;
    if (typeof markdown === "string") await checkMarks(markdown);
    using interrupt = onInterrupt();
    const { exitCode } = await compare({
      ...command,
      json,
      html,
      markdown,
      signal: interrupt.signal,
      stdout,
      stderr,
    });
    return interrupt.exitCode ?? exitCode;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    stderr.write(`${error.message}\nSee deno task compare --help\n`);
    return EXIT.usage;
  }
}

function starter(
  { etcd: version, signal }: CompareOptions,
  onStep: (text: string) => void,
): StartCluster {
  let finding: Promise<EtcdBinaries> | undefined;
  return async () => {
    // Several clusters are started at once: etcd is fetched for all of them.
    finding ??= findEtcd({
      ...version === undefined ? {} : { version },
      ...signal === undefined ? {} : { signal },
      onProgress: onStep,
    });
    const binaries = await finding;
    signal?.throwIfAborted();
    return await Cluster.start({ binaries, onProgress: onStep });
  };
}

function exitCodeOf({ cells, ended }: CompareResult): number {
  if (ended === "interrupted") return EXIT.interrupted;
  return ended === "failed" || cells.some(isBad)
    ? EXIT.unexpected
    : EXIT.expected;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
