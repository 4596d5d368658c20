import type { Scenario } from "../../../../scenarios/scenario.ts";
import type { Recording } from "../../../../scenarios/recording/recording.ts";
import {
  compare,
  type CompareOptions,
  type CompareOutcome,
} from "../../../../../tools/compare/_compare.ts";
import type {
  CompareCell,
  CompareResult,
} from "../../../../../tools/compare/result/_result.ts";
import { StandInCluster } from "../_stand_in_cluster.ts";
import { recording } from "../_stand_in_scenario.ts";
import { TextSink } from "../_text_sink.ts";

const SUBJECTS = [
  { name: "one", balancer: "grpc1.0" },
  { name: "two", balancer: "grpc1.7" },
] as const;

/** Expectations of both subjects, which their good recordings meet. */
export const NONE_FAILS = {
  one: { go: "0 [M]", ours: { failed: [0, 0] } },
  two: { go: "0 [M]", ours: { failed: [0, 0] } },
} as const;

/** A good recording for each subject. */
export const GOOD: Readonly<Record<"one" | "two", Recording>> = {
  one: recording(),
  two: recording(),
};

/** What came of a comparison on stand-ins. */
export interface StandInOutcome extends CompareOutcome {
  /** The first of the results. */
  readonly result: CompareResult | undefined;
  readonly verdicts: readonly CompareCell["verdict"][] | undefined;
  readonly clusters: StandInCluster[];
  readonly stdout: string;
  readonly stderr: string;
}

/** Compares on stand-ins; gives what came of it and what was written. */
export async function runCompare(
  scenarios: readonly Scenario[],
  options: CompareOptions = {},
): Promise<StandInOutcome> {
  const clusters: StandInCluster[] = [];
  const stdout = new TextSink();
  const stderr = new TextSink();
  const outcome = await compare({
    subjects: SUBJECTS,
    scenarios,
    callTimeoutMs: 100,
    startCluster() {
      const cluster = new StandInCluster();
      clusters.push(cluster);
      return Promise.resolve(cluster.asCluster);
    },
    stdout,
    stderr,
    ...options,
  });
  const [result] = outcome.results;
  return {
    ...outcome,
    result,
    verdicts: result?.cells.map(({ verdict }) => verdict),
    clusters,
    stdout: stdout.text,
    stderr: stderr.text,
  };
}
