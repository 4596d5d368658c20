/** Runs every cell of a comparison; what to print of it is not known here. */
import config from "../deno.json" with { type: "json" };
import type { Cluster } from "../tests/harness/mod.ts";
import { runPreparedCell } from "../tests/scenarios/cell.ts";
import type { Scenario, Subject } from "../tests/scenarios/scenario.ts";
import { skipReason } from "../tests/scenarios/skips.ts";
import {
  cellHead,
  endedCell,
  messageOf,
  thrownCell,
} from "./_compare_cells.ts";
import { CompareCluster, type StartCluster } from "./_compare_cluster.ts";
import { LeftBehindError, withLimit } from "./_compare_limit.ts";
import type {
  CellHead,
  CompareCell,
  CompareResult,
} from "./_compare_result.ts";

/** What is compared. */
export interface ComparePlan {
  readonly subjects: readonly Subject[];
  readonly scenarios: readonly Scenario[];
  readonly callTimeoutMs: number;
}

/** What happens during a run. */
export type CompareEvent =
  /** Something that takes time is done, or a remark on it. */
  | { readonly type: "step"; readonly text: string }
  /** Which cells there will be, in order. */
  | { readonly type: "planned"; readonly heads: readonly CellHead[] }
  | { readonly type: "started"; readonly head: CellHead }
  | { readonly type: "ended"; readonly cell: CompareCell };

/** What a run is given. */
export interface RunSettings {
  readonly startCluster: StartCluster;
  /** Used before one is started, and left open. */
  readonly cluster?: Cluster | undefined;
  readonly onEvent: (event: CompareEvent) => void;
  readonly signal?: AbortSignal | undefined;
  /** After this a scenario counts as failed. @default {120_000} */
  readonly cellLimitMs?: number | undefined;
}

interface Turn {
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly head: CellHead;
}

const CELL_LIMIT_MS = 120_000;
// A call that is under way ends by its own timeout, a process by its signal.
const GRACE_MS = 5_000;

/**
 * Runs each scenario under each strategy, on one cluster. Resolves however the
 * cells ended; when it is aborted, with what there is by then.
 *
 * @throws {Error} If the first cluster cannot be started.
 */
export async function runComparison(
  plan: ComparePlan,
  settings: RunSettings,
): Promise<CompareResult> {
  await using holder = new CompareCluster({
    start: settings.startCluster,
    onStep: (text) => settings.onEvent({ type: "step", text }),
    borrowed: settings.cluster,
  });
  const first = await holder.healthy();
  const startedAt = new Date();
  const startMs = performance.now();
  const turns = plan.scenarios.flatMap((scenario) =>
    plan.subjects.map((subject): Turn => ({
      scenario,
      subject,
      head: cellHead(scenario, subject),
    }))
  );
  settings.onEvent({ type: "planned", heads: turns.map(({ head }) => head) });
  const cells: CompareCell[] = [];
  let failure: string | undefined;
  for (const turn of turns) {
    if (settings.signal?.aborted) break;
    settings.onEvent({ type: "started", head: turn.head });
    let cell: CompareCell | undefined;
    try {
      const { version } = first.binaries;
      cell = await runTurn(turn, { holder, plan, settings, version });
    } catch (error) {
      // Without a cluster there is nothing to run the others on.
      failure = messageOf(error);
      break;
    }
    if (cell === undefined) break;
    cells.push(cell);
    settings.onEvent({ type: "ended", cell });
  }
  const left = turns.slice(cells.length);
  return {
    format: "etcdeno-compare",
    formatVersion: 1,
    startedAt: startedAt.toISOString(),
    seconds: Math.round(performance.now() - startMs) / 1_000,
    ended: failure !== undefined
      ? "failed"
      : left.length > 0
      ? "interrupted"
      : "complete",
    ...failure !== undefined && { failure },
    etcd: {
      version: first.binaries.version,
      source: first.binaries.source,
      members: first.members.map(({ name }) => name),
    },
    runtime: {
      client: config.version,
      deno: Deno.version.deno,
      system: `${Deno.build.os} ${Deno.build.arch}`,
    },
    options: {
      strategies: plan.subjects.map(({ name }) => name),
      scenarios: plan.scenarios.map(({ id }) => id),
      callTimeoutMs: plan.callTimeoutMs,
    },
    cells: [
      ...cells,
      ...left.map(({ head }) => ({ ...head, verdict: "not run" as const })),
    ],
  };
}

/**
 * Runs one cell; `undefined` if it was interrupted.
 *
 * @throws {Error} If there is no healthy cluster for it.
 */
async function runTurn(
  { scenario, subject, head }: Turn,
  { holder, plan, settings, version }: {
    readonly holder: CompareCluster;
    readonly plan: ComparePlan;
    readonly settings: RunSettings;
    readonly version: string;
  },
): Promise<CompareCell | undefined> {
  const reason = skipReason(scenario, {
    subject: subject.name,
    etcd: version,
  });
  if (reason !== undefined) return { ...head, verdict: "skipped", reason };
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
    return endedCell(head, cell, seconds());
  } catch (error) {
    // What goes on in the background must not disturb the next cell.
    if (error instanceof LeftBehindError) await holder.discard();
    return settings.signal?.aborted
      ? undefined
      : thrownCell(head, error, seconds());
  }
}
