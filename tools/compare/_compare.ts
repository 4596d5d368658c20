/** A comparison from its options to its report. */
import {
  Cluster,
  type EtcdBinaries,
  findEtcd,
} from "../../tests/harness/mod.ts";
import { CATALOGUE } from "../../tests/scenarios/catalogue.ts";
import { SUBJECTS } from "../../tests/scenarios/subjects.ts";
import { CALL_TIMEOUT_MS } from "./_args.ts";
import {
  type ComparePlan,
  type CompareResult,
  isBad,
  messageOf,
} from "./result/mod.ts";
import {
  CompareProgress,
  readEarlier,
  runComparison,
  type StartCluster,
} from "./run/mod.ts";
import { type OutputFiles, writeOutputs } from "./_output.ts";
import { processSink, type Sink, UsageError } from "../output/mod.ts";

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

/** The outcome of {@linkcode compare}. */
export interface CompareOutcome {
  /** As `--help` has them. */
  readonly exitCode: number;
  /** Missing if there was no cluster to run anything on. */
  readonly result: CompareResult | undefined;
}

/** The exit codes, as `--help` has them. */
export const EXIT = {
  expected: 0,
  unexpected: 1,
  usage: 2,
  interrupted: 130,
} as const;

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
  const plan = planOf(options);
  const earlier = options.resume && json !== undefined
    ? await readEarlier(json, plan)
    : undefined;
  using progress = new CompareProgress({ ...plan, sink: stderr });
  let result: CompareResult;
  try {
    result = await run(plan, { ...options, earlier, progress });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (signal?.aborted) {
      progress.note("Interrupted before the first scenario");
      return { exitCode: EXIT.interrupted, result: undefined };
    }
    progress.note(messageOf(error));
    return { exitCode: EXIT.unexpected, result: undefined };
  }
  await writeOutputs(result, {
    ...options,
    stdout,
    note: (text) => progress.note(text),
  });
  return { exitCode: exitCodeOf(result), result };
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

/** Runs the plan, and ends the progress however that ends. */
async function run(
  plan: ComparePlan,
  { progress, signal, ...options }: CompareOptions & {
    readonly earlier: CompareResult | undefined;
    readonly progress: CompareProgress;
  },
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
  { etcd: version, signal }: Pick<CompareOptions, "etcd" | "signal">,
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
