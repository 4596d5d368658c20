/** The plan of a comparison, and its turns. */
import {
  type Scenario,
  scenarioName,
  type Subject,
} from "../../../tests/scenarios/scenario.ts";
import { cellHead } from "./_cells.ts";
import type { CellHead } from "./_result.ts";
import { strategyOver } from "./_strategy_over.ts";

/** The plan of a comparison: all that is compared, and how. */
export interface ComparePlan {
  readonly subjects: readonly Subject[];
  readonly scenarios: readonly Scenario[];
  /** Leaves out the cells it does not match; see {@linkcode matches}. */
  readonly only?: string | undefined;
  readonly callTimeoutMs: number;
  /** The number of runs of each cell. */
  readonly runs: number;
  /** The number of clusters side by side. */
  readonly jobs: number;
}

/** One cell that has its turn. */
export interface Turn {
  /** The turn's place among all of them. */
  readonly index: number;
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly head: CellHead;
}

/** The cells of a plan, in the order of their turns. */
export function turnsOf(
  { scenarios, subjects, only }: Pick<
    ComparePlan,
    "scenarios" | "subjects" | "only"
  >,
): readonly Turn[] {
  return scenarios
    .flatMap((scenario) => subjects.map((subject) => ({ scenario, subject })))
    .filter(({ scenario, subject }) =>
      only === undefined || matches(only, { scenario, subject })
    )
    .map(({ scenario, subject }, index) => ({
      index,
      scenario,
      subject,
      head: cellHead(scenario, subject),
    }));
}

/**
 * Whether a cell is meant by `--only`: a number is that of a scenario, any
 * other text is a part of the cell's name, `grpc1.7 | #37 put on an isolated
 * follower`, which is also that of its test; where transports were asked for,
 * `grpc1.7 over http2 | #37 …` as well.
 */
export function matches(
  only: string,
  { scenario, subject }: Pick<Turn, "scenario" | "subject">,
): boolean {
  if (/^#?\d+$/.test(only)) {
    return Number(only.replace("#", "")) === scenario.id;
  }
  const { name: strategy, transport } = subject;
  return [strategy, strategyOver({ strategy, ...transport && { transport } })]
    .some((name) =>
      `${name} | ${scenarioName(scenario)}`.toLowerCase()
        .includes(only.toLowerCase())
    );
}
