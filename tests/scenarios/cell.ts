import type { Cluster } from "../harness/mod.ts";
import { deviations } from "./expected.ts";
import type { Recording } from "./recorder.ts";
import type { Expectation, Scenario, Subject } from "./scenario.ts";
import { skipReason } from "./skips.ts";

/** What one scenario came to under one strategy. */
export type Cell =
  & {
    readonly scenario: Scenario;
    readonly subject: string;
    readonly expectation: Expectation | undefined;
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

/** Undoes all faults, runs a scenario under a strategy, and judges it. */
export async function runCell(
  scenario: Scenario,
  subject: Subject,
  options: {
    readonly cluster: Cluster;
    readonly callTimeoutMs: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Cell> {
  const expectation = scenario.expectations[subject.name];
  const common = { scenario, subject: subject.name, expectation };
  const reason = skipReason(scenario.id, subject.name);
  if (reason !== undefined) return { ...common, kind: "skipped", reason };
  const startedAt = performance.now();
  await options.cluster.reset();
  const run = await scenario.run({ ...options, subject });
  return {
    ...common,
    kind: "ran",
    run,
    deviations: expectation ? deviations(run, expectation.ours) : [],
    seconds: (performance.now() - startedAt) / 1_000,
  };
}
