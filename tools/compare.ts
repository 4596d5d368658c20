/**
 * `deno task compare`: the generations of etcd's client on one cluster, under
 * the same faults, judged against the catalogue of scenarios.
 *
 * A run (`_compare_run.ts`) gives a result (`_compare_result.ts`), and the
 * report (`_compare_report.ts`) is made of the result alone.
 *
 * @module
 */
import { isAbsolute, resolve } from "node:path";
import { Cluster, type EtcdBinaries, findEtcd } from "../tests/harness/mod.ts";
import { CATALOGUE, QUICK } from "../tests/scenarios/catalogue.ts";
import type { Scenario, Subject } from "../tests/scenarios/scenario.ts";
import { SUBJECTS } from "../tests/scenarios/subjects.ts";
import {
  CALL_TIMEOUT_MS,
  checkEtcdVersion,
  type Known,
  readCompareArgs,
  UsageError,
} from "./_compare_args.ts";
import { messageOf } from "./_compare_cells.ts";
import type { StartCluster } from "./_compare_cluster.ts";
import { helpText, listText } from "./_compare_help.ts";
import { onInterrupt } from "./_compare_interrupt.ts";
import { checkWritable, toJson } from "./_compare_json.ts";
import { CompareProgress } from "./_compare_progress.ts";
import { renderReport } from "./_compare_report.ts";
import type { CompareResult } from "./_compare_result.ts";
import { runComparison } from "./_compare_run.ts";
import { processSink, type Sink } from "./_compare_sink.ts";
import { paintFor } from "./_compare_text.ts";

/** Options of {@linkcode compare}. */
export interface CompareOptions {
  /** @default {The three strategies of the client} */
  readonly subjects?: readonly Subject[];
  /** @default {The whole catalogue} */
  readonly scenarios?: readonly Scenario[];
  /** Timeout of each call. @default {1_000} */
  readonly callTimeoutMs?: number;
  /** The version of etcd. @default {What `findEtcd` takes} */
  readonly etcd?: string | undefined;
  /** A file for the result. */
  readonly json?: string | undefined;
  /** A file for the page. */
  readonly html?: string | undefined;
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

type PageModule = typeof import("./_compare_html.ts");
/** By a name that Deno cannot see: it fetches the libraries of what it sees. */
const PAGE_MODULE = "./_compare_html.ts";

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

/** Runs the scenarios under the strategies, and reports. */
export async function compare(
  options: CompareOptions = {},
): Promise<CompareOutcome> {
  const {
    subjects = SUBJECTS,
    scenarios = CATALOGUE,
    callTimeoutMs = CALL_TIMEOUT_MS.normal,
    stdout = processSink("stdout"),
    stderr = processSink("stderr"),
    signal,
  } = options;
  using progress = new CompareProgress({ sink: stderr, callTimeoutMs });
  const onStep = (text: string): void =>
    progress.onEvent({ type: "step", text });
  const onAbort = (): void => onStep("Stopping; once more stops at once");
  signal?.addEventListener("abort", onAbort);
  let result: CompareResult;
  try {
    result = await runComparison({ subjects, scenarios, callTimeoutMs }, {
      startCluster: options.startCluster ?? starter(options, onStep),
      cluster: options.cluster,
      onEvent: (event) => progress.onEvent(event),
      signal,
      cellLimitMs: options.cellLimitMs,
    });
  } catch (error) {
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
  stdout.write(renderReport(result, stdout));
  if (options.json !== undefined) {
    await Deno.writeTextFile(options.json, toJson(result));
    progress.note(`Everything measured is in ${options.json}`);
  }
  if (options.html !== undefined) {
    const { renderHtml }: PageModule = await import(PAGE_MODULE);
    await Deno.writeTextFile(options.html, renderHtml(result));
    progress.note(`The page is in ${options.html}`);
  }
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
    const command = readCompareArgs(args, KNOWN);
    if (command.kind === "help") {
      stdout.write(helpText(KNOWN));
      return EXIT.expected;
    }
    if (command.kind === "list") {
      const { columns } = stdout;
      stdout.write(listText(CATALOGUE, { columns, paint: paintFor(stdout) }));
      return EXIT.expected;
    }
    checkEtcdVersion("ETCD_VERSION", Deno.env.get("ETCD_VERSION") || "3.5");
    const json = await resultFile("--json", command.json);
    const html = await resultFile("--html", command.html);
    using interrupt = onInterrupt();
    const { exitCode } = await compare({
      ...command,
      json,
      html,
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
  let binaries: EtcdBinaries | undefined;
  return async () => {
    binaries ??= await findEtcd({
      ...version === undefined ? {} : { version },
      ...signal === undefined ? {} : { signal },
      onProgress: onStep,
    });
    signal?.throwIfAborted();
    return await Cluster.start({ binaries, onProgress: onStep });
  };
}

/** The file named by the user, where the user is: tasks run elsewhere. */
async function resultFile(
  flag: "--json" | "--html",
  path: string | undefined,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const absolute = isAbsolute(path)
    ? path
    : resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
  try {
    await checkWritable(absolute);
  } catch (error) {
    throw new UsageError(
      `${flag} ${path} cannot be written: ${messageOf(error)}`,
    );
  }
  return absolute;
}

function exitCodeOf({ cells, ended }: CompareResult): number {
  if (ended === "interrupted") return EXIT.interrupted;
  const bad = ended === "failed" ||
    cells.some(({ verdict }) =>
      verdict === "unexpected" || verdict === "threw"
    );
  return bad ? EXIT.unexpected : EXIT.expected;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
