/** A comparison from its options to its report. */
import {
  type EtcdBinaries,
  findEtcd,
  startEtcd,
  type TestCluster,
} from "../../tests/harness/mod.ts";
import { CATALOGUE } from "../../tests/scenarios/catalogue.ts";
import { SUBJECTS } from "../../tests/scenarios/subjects.ts";
import { CALL_TIMEOUT_MS } from "./_args.ts";
import {
  type ComparePlan,
  type CompareResult,
  messageOf,
  toJson,
} from "./result/mod.ts";
import {
  CompareProgress,
  isOf,
  readEarlier,
  runComparison,
  type StartCluster,
} from "./run/mod.ts";
import { EXIT, exitCodeOf } from "./_exit.ts";
import { type OutputFiles, readAgainst, writeOutputs } from "./_output.ts";
import { processSink, type Sink, UsageError } from "../output/mod.ts";

/** Options of {@linkcode compare}; what of the plan is missing is as usual. */
export interface CompareOptions extends Partial<ComparePlan>, OutputFiles {
  /** The versions of etcd. @default {What `findEtcd` takes} */
  readonly etcd?: readonly string[] | undefined;
  /** Whether to go on with what the file `json` has. @default {false} */
  readonly resume?: boolean;
  /** Ends the run; what there is by then is reported. */
  readonly signal?: AbortSignal | undefined;
  /** After this a scenario counts as failed. @default {120_000} */
  readonly cellLimitMs?: number;
  /** A cluster to run on, which is left open. @default {A new one} */
  readonly cluster?: TestCluster;
  /** Starts a cluster where one is needed. @default {With etcd found} */
  readonly startCluster?: StartCluster;
  /** Takes the report. @default {Standard output} */
  readonly stdout?: Sink;
  /** Takes the progress. @default {Standard error} */
  readonly stderr?: Sink;
}

/** The outcome of {@linkcode compare}. */
export interface CompareOutcome {
  /** As `--help` has them. */
  readonly exitCode: number;
  /** One for each server; none if there was no cluster to run anything on. */
  readonly results: readonly CompareResult[];
}

/**
 * Runs the scenarios under the strategies, on each server, and reports.
 *
 * @throws {UsageError} If it cannot go on with the file it is to go on with, or
 * not compare with the one it is to compare with.
 */
export async function compare(
  options: CompareOptions = {},
): Promise<CompareOutcome> {
  const {
    stdout = processSink("stdout"),
    stderr = processSink("stderr"),
    json,
    etcd = [],
  } = options;
  const plan = planOf(options);
  const earlier = options.resume && json !== undefined
    ? await readEarlier(json, { plan, versions: etcd })
    : [];
  const against = await readAgainst(options);
  const note = (text: string) => void stderr.write(`${text}\n`);
  const { results, ended } = await runServers(plan, {
    ...options,
    earlier,
    stderr,
  });
  if (results.length === 0) return { exitCode: EXIT[ended], results };
  const changes = await writeOutputs(results, {
    ...options,
    against,
    stdout,
    note,
  });
  return {
    exitCode: ended === "expected" ? exitCodeOf(results, changes) : EXIT[ended],
    results,
  };
}

/** The end of the runs on all servers. */
interface ServersRun {
  readonly results: readonly CompareResult[];
  readonly ended: "expected" | "unexpected" | "interrupted";
}

/**
 * Runs the plan on one server after the other. Results of an earlier run stand
 * for servers that it does not come to.
 */
async function runServers(
  plan: ComparePlan,
  { earlier, etcd = [], json, ...options }: CompareOptions & {
    readonly earlier: readonly CompareResult[];
    readonly stderr: Sink;
  },
): Promise<ServersRun> {
  const versions = etcd.length === 0 ? [undefined] : etcd;
  const results = new Map(
    versions.flatMap((version) => {
      const result = earlier.find(({ etcd }) => isOf(etcd.version, version));
      return result === undefined ? [] : [[version, result] as const];
    }),
  );
  let ended: ServersRun["ended"] = "expected";
  const inOrder = () => versions.flatMap((one) => results.get(one) ?? []);
  for (const version of versions) {
    using progress = new CompareProgress({ ...plan, sink: options.stderr });
    if (versions.length > 1) progress.note(`On etcd ${version}`);
    const result = await runOn(version, plan, {
      ...options,
      earlier: results.get(version),
      progress,
    });
    if (typeof result === "string") {
      ended = result;
      break;
    }
    results.set(version, result);
    if (result.ended === "interrupted") break;
    // Whatever becomes of the next server, this one need not be run again.
    if (json !== undefined) await Deno.writeTextFile(json, toJson(inOrder()));
  }
  return { results: inOrder(), ended };
}

/** Runs the plan on one server; gives why it could not, where it could not. */
async function runOn(
  etcd: string | undefined,
  plan: ComparePlan,
  options: Omit<RunOptions, "etcd">,
): Promise<CompareResult | "unexpected" | "interrupted"> {
  const { progress, signal } = options;
  try {
    return await run(plan, { ...options, etcd });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    progress.note(
      signal?.aborted
        ? "Interrupted before the first scenario"
        : messageOf(error),
    );
    return signal?.aborted ? "interrupted" : "unexpected";
  }
}

function planOf(options: CompareOptions): ComparePlan {
  return {
    subjects: options.subjects ?? SUBJECTS,
    scenarios: options.scenarios ?? CATALOGUE,
    only: options.only,
    callTimeoutMs: options.callTimeoutMs ?? CALL_TIMEOUT_MS.normal,
    runs: options.runs ?? 1,
    jobs: options.jobs ?? 1,
  };
}

type RunOptions = Omit<CompareOptions, "etcd"> & {
  readonly etcd: string | undefined;
  readonly earlier: CompareResult | undefined;
  readonly progress: CompareProgress;
};

/** Runs the plan, and ends the progress however that ends. */
async function run(
  plan: ComparePlan,
  { progress, signal, ...options }: RunOptions,
): Promise<CompareResult> {
  const onStep = (text: string): void =>
    progress.onEvent({ type: "step", text });
  const onAbort = (): void => onStep("Stopping; once more stops at once");
  signal?.addEventListener("abort", onAbort);
  try {
    return await runComparison(plan, {
      startCluster: options.startCluster ??
        starter({ etcd: options.etcd, signal }, onStep),
      cluster: options.cluster,
      earlier: options.earlier,
      onEvent: (event) => progress.onEvent(event),
      signal,
      cellLimitMs: options.cellLimitMs,
    });
  } finally {
    signal?.removeEventListener("abort", onAbort);
    progress.close();
  }
}

function starter(
  { etcd: version, signal }: Pick<RunOptions, "etcd" | "signal">,
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
    return await startEtcd({ binaries, onProgress: onStep });
  };
}
