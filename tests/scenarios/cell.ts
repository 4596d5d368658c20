import type { TestCluster } from "../harness/mod.ts";
import { deviations } from "./verdict/deviations.ts";
import { expectationOf, type Judged } from "./verdict/expectation.ts";
import type { Recording } from "./recording/recording.ts";
import type { Scenario, Subject } from "./scenario.ts";
import { skipReason } from "./verdict/skips.ts";
import { Timeline } from "./recording/timeline.ts";

/** What one scenario came to under one strategy. */
export type Cell =
  & {
    readonly scenario: Scenario;
    readonly subject: string;
    readonly expectation: Judged | undefined;
  }
  & (
    | { readonly kind: "skipped"; readonly reason: string }
    | {
      readonly kind: "ran";
      readonly run: Recording;
      /** Where it differs from what is expected; none if it does not. */
      readonly deviations: readonly string[];
      readonly seconds: number;
    }
  );

/** What a cell is run with. */
export interface CellOptions {
  readonly cluster: TestCluster;
  /** The timeout of each call, in milliseconds. */
  readonly callTimeoutMs: number;
  /** Ends the run. */
  readonly signal?: AbortSignal | undefined;
}

/** Undoes all faults, runs a scenario under a strategy, and judges it. */
export async function runCell(
  scenario: Scenario,
  subject: Subject,
  options: CellOptions,
): Promise<Cell> {
  const reason = reasonToSkip(scenario, subject, options);
  if (reason === undefined) await options.cluster.reset();
  return await runPreparedCell(scenario, subject, options);
}

/** As {@linkcode runCell}, on a cluster that has no fault. */
export async function runPreparedCell(
  scenario: Scenario,
  subject: Subject,
  options: CellOptions,
): Promise<Cell> {
  const expectation = expectationOf(scenario, subject);
  const common = { scenario, subject: subject.name, expectation };
  const reason = reasonToSkip(scenario, subject, options);
  if (reason !== undefined) return { ...common, kind: "skipped", reason };
  const startedAt = performance.now();
  const run = await scenario.run({
    ...options,
    subject,
    timeline: new Timeline(),
  });
  return {
    ...common,
    kind: "ran",
    run,
    deviations: expectation ? deviations(run, expectation.ours) : [],
    seconds: (performance.now() - startedAt) / 1_000,
  };
}

function reasonToSkip(
  scenario: Scenario,
  subject: Subject,
  { cluster }: CellOptions,
): string | undefined {
  const etcd = cluster.binaries.version;
  return skipReason(scenario, { subject: subject.name, etcd });
}
