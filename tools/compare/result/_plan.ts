/** What a comparison consists of. */
import {
  type Scenario,
  scenarioName,
  type Subject,
} from "../../../tests/scenarios/scenario.ts";
import { cellHead } from "./_cells.ts";
import type { CellHead } from "./_result.ts";
import { strategyOver } from "./_strategy_over.ts";

/** What is compared. */
export interface ComparePlan {
  readonly subjects: readonly Subject[];
  readonly scenarios: readonly Scenario[];
  /** Leaves out the cells it does not match; see {@linkcode matches}. */
  readonly only?: string | undefined;
  readonly callTimeoutMs: number;
  /** How often each cell is run. */
  readonly runs: number;
  /** How many clusters there are side by side. */
  readonly jobs: number;
}

/** One cell that has its turn. */
export interface Turn {
  /** Its place among all of them. */
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
