/** Runs every cell of a comparison; what to print of it is not known here. */
import type { TestCluster } from "../../../tests/harness/mod.ts";
import { runPreparedCell } from "../../../tests/scenarios/cell.ts";
import { thisRuntime } from "../../output/mod.ts";
import {
  type CellRun,
  type CompareCell,
  type ComparePlan,
  type CompareResult,
  endedRun,
  messageOf,
  repeated,
  type SkippedCell,
  strategiesOf,
  thrownRun,
  transportsOf,
  type Turn,
  turnsOf,
} from "../result/mod.ts";
import { CompareCluster, type StartCluster } from "./_cluster.ts";
import { LeftBehindError, withLimit } from "./_limit.ts";
import { checkSameServer } from "./_resume.ts";

/** An event of a run. */
export type CompareEvent =
  /** Something that takes time is done, or a remark on it. */
  | { readonly type: "step"; readonly text: string }
  /** The number of cells, and those that have a turn, in order. */
  | {
    readonly type: "planned";
    readonly total: number;
    readonly turns: readonly Turn[];
  }
  | { readonly type: "started"; readonly turn: Turn }
  | {
    readonly type: "ended";
    readonly turn: Turn;
    readonly cell: CompareCell;
  };

/** The settings of a run. */
export interface RunSettings {
  readonly startCluster: StartCluster;
  /** Used before one is started, and left open. */
  readonly cluster?: TestCluster | undefined;
  /** An interrupted run of the same plan: its cells are not run again. */
  readonly earlier?: CompareResult | undefined;
  readonly onEvent: (event: CompareEvent) => void;
  readonly signal?: AbortSignal | undefined;
  /** After this a run of a scenario counts as failed. @default {120_000} */
  readonly cellLimitMs?: number | undefined;
}

interface Context {
  readonly plan: ComparePlan;
  readonly settings: RunSettings;
}

const CELL_LIMIT_MS = 120_000;
// A call that is under way ends by its own timeout, a process by its signal.
const GRACE_MS = 5_000;

/**
 * Runs each scenario under each strategy, spread over as many clusters as there
 * are jobs. Resolves however the cells ended; when it is aborted, with what
 * there is by then.
 *
 * @throws {Error} If the clusters cannot be started.
 */
export async function runComparison(
  plan: ComparePlan,
  settings: RunSettings,
): Promise<CompareResult> {
  const { earlier, onEvent } = settings;
  const all = turnsOf(plan);
  const cells = all.map((turn) => earlier?.cells[turn.index] ?? notRun(turn));
  const turns = all.filter(({ index }) => cells[index]?.verdict === "not run");
  if (earlier !== undefined && turns.length === 0) return earlier;
  await using holders = new AsyncDisposableStack();
  const jobs = Array.from(
    { length: Math.max(1, Math.min(plan.jobs, turns.length)) },
    (_, at) =>
      holders.use(
        new CompareCluster({
          start: settings.startCluster,
          onStep: (text) => onEvent({ type: "step", text }),
          borrowed: at === 0 ? settings.cluster : undefined,
        }),
      ),
  );
  const cluster = await startAll(jobs);
  checkSameServer(earlier, cluster.binaries.version);
  const startedAt = new Date().toISOString();
  const startMs = performance.now();
  onEvent({ type: "planned", total: all.length, turns });
  const [failure] = await runTurns(turns, { jobs, cells, plan, settings });
  const ms = (earlier?.seconds ?? 0) * 1_000 + performance.now() - startMs;
  return {
    format: "etcdeno-compare",
    formatVersion: 1,
    startedAt: earlier?.startedAt ?? startedAt,
    seconds: Math.round(ms) / 1_000,
    ...endOf(cells, failure),
    ...circumstances(plan, cluster),
    cells,
  };
}

/** The end of a run, and the reason if that was not the plan's. */
function endOf(
  cells: readonly CompareCell[],
  failure: string | undefined,
): Pick<CompareResult, "ended" | "failure"> {
  if (failure !== undefined) return { ended: "failed", failure };
  const isCut = cells.some(({ verdict }) => verdict === "not run");
  return { ended: isCut ? "interrupted" : "complete" };
}

/** The circumstances in which a result was measured. */
function circumstances(
  plan: ComparePlan,
  { binaries, members }: TestCluster,
): Pick<CompareResult, "etcd" | "runtime" | "options"> {
  return {
    etcd: {
      version: binaries.version,
      source: binaries.source,
      members: members.map(({ name }) => name),
    },
    runtime: thisRuntime(),
    options: {
      strategies: strategiesOf(plan.subjects),
      transports: transportsOf(plan.subjects),
      scenarios: plan.scenarios.map(({ id }) => id),
      ...plan.only !== undefined && { only: plan.only },
      callTimeoutMs: plan.callTimeoutMs,
      runs: plan.runs,
      jobs: plan.jobs,
    },
  };
}

function notRun({ head }: Turn): CompareCell {
  return { ...head, verdict: "not run" };
}

/** Starts every cluster; all have come to an end of that, also if one fails. */
async function startAll(jobs: readonly CompareCluster[]): Promise<TestCluster> {
  const started = await Promise.allSettled(jobs.map((job) => job.healthy()));
  const failed = started.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  const [first] = started;
  if (first?.status !== "fulfilled") throw new Error("Cannot run: no cluster");
  return first.value;
}

/** Fills in the cells; gives why it could not go on, where it could not. */
async function runTurns(
  turns: readonly Turn[],
  { jobs, cells, ...context }: Context & {
    readonly jobs: readonly CompareCluster[];
    readonly cells: CompareCell[];
  },
): Promise<readonly string[]> {
  const { onEvent, signal } = context.settings;
  const failures: string[] = [];
  const left = turns.values();
  await Promise.all(jobs.map(async (holder) => {
    // The turns are shared: each job takes the next one there is.
    for (const turn of left) {
      onEvent({ type: "started", turn });
      try {
        const cell = await runTurn(turn, { ...context, holder });
        if (cell === undefined) return;
        cells[turn.index] = cell;
        onEvent({ type: "ended", turn, cell });
      } catch (error) {
        // Without a cluster there is nothing to run the others on.
        failures.push(messageOf(error));
      }
      if (signal?.aborted || failures.length > 0) return;
    }
  }));
  return failures;
}

/**
 * Runs one cell as often as it is to be; `undefined` if it was interrupted.
 *
 * @throws {Error} If there is no healthy cluster for it.
 */
async function runTurn(
  turn: Turn,
  context: Context & { readonly holder: CompareCluster },
): Promise<CompareCell | undefined> {
  const runs: CellRun[] = [];
  while (runs.length < context.plan.runs) {
    const run = await runOnce(turn, context);
    if (run === undefined) return undefined;
    if (run.verdict === "skipped") return { ...turn.head, ...run };
    runs.push(run);
  }
  return { ...turn.head, ...repeated(runs) };
}

async function runOnce(
  { scenario, subject }: Turn,
  { plan, settings, holder }: Context & { readonly holder: CompareCluster },
): Promise<CellRun | SkippedCell | undefined> {
  if (settings.signal?.aborted) return undefined;
  const startMs = performance.now();
  const seconds = (): number => (performance.now() - startMs) / 1_000;
  const { callTimeoutMs } = plan;
  const cluster = await holder.healthy();
  try {
    const cell = await withLimit(
      (signal) =>
        runPreparedCell(scenario, subject, { cluster, callTimeoutMs, signal }),
      {
        limitMs: settings.cellLimitMs ?? CELL_LIMIT_MS,
        graceMs: GRACE_MS,
        signal: settings.signal,
      },
    );
    return cell.kind === "skipped"
      ? { verdict: "skipped", reason: cell.reason }
      : endedRun(cell, seconds());
  } catch (error) {
    // What goes on in the background must not disturb the next cell.
    if (error instanceof LeftBehindError) await holder.discard();
    return settings.signal?.aborted ? undefined : thrownRun(error, seconds());
  }
}
