/** The score of each strategy under each class of faults, over all runs. */
import {
  FAULT_CLASS_NAMES,
  FAULT_CLASSES,
  type FaultClass,
} from "../../../tests/scenarios/fault_class.ts";
import {
  type CompareCell,
  type CompareResult,
  figuresOf,
  type Outage,
  outageOf,
  runsOf,
} from "../result/mod.ts";
import { strategyNotes } from "./_strategies.ts";

/** One class of faults under every strategy. */
export interface ClassScore {
  readonly faultClass: FaultClass;
  readonly title: string;
  readonly about: string;
  /** The scenarios that it sums up. */
  readonly scenarios: readonly CompareCell["scenario"][];
  /** A score for each strategy, in the order of {@linkcode scoredStrategies}. */
  readonly scores: readonly StrategyScore[];
}

/** One strategy under one class of faults. */
export interface StrategyScore {
  readonly strategy: string;
  /**
   * The share of calls that failed: each scenario counts the same, whatever the
   * number of its calls. Missing where none made calls.
   */
  readonly failedShare: number | undefined;
  /**
   * The time to recover of each run, in milliseconds, shortest first; `null`
   * for those that did not recover while they were recorded.
   */
  readonly backAfterMs: readonly (number | null)[];
}

/** The strategies in the order for readers: the one to take first. */
export function scoredStrategies(
  results: readonly CompareResult[],
): readonly string[] {
  const names = [
    ...new Set(results.flatMap(({ options }) => options.strategies)),
  ];
  const known = strategyNotes(names).map(({ name }) => name);
  return [...known, ...names.filter((name) => !known.includes(name))];
}

/**
 * The scores of the classes that have a fault, over all servers, transports and
 * runs. A class without figures is left out.
 */
export function scoresOf(
  results: readonly CompareResult[],
): readonly ClassScore[] {
  const strategies = scoredStrategies(results);
  const cells = results.flatMap(({ cells }) => cells);
  const byClass = Map.groupBy(cells, ({ scenario }) => scenario.faultClass);
  return FAULT_CLASS_NAMES.flatMap((faultClass): ClassScore[] => {
    const told = (byClass.get(faultClass) ?? [])
      .filter((cell) => outagesOf(cell).length > 0);
    if (faultClass === "none" || told.length === 0) return [];
    const scenarios = new Map(
      told.map(({ scenario }) => [scenario.id, scenario] as const),
    );
    return [{
      faultClass,
      ...FAULT_CLASSES[faultClass],
      scenarios: [...scenarios.values()].sort((a, b) => a.id - b.id),
      scores: strategies.map((strategy) => scoreOf(strategy, told)),
    }];
  });
}

/** The time in the middle; `null` if at least half did not recover. */
export function typicalMs(
  { backAfterMs }: Pick<StrategyScore, "backAfterMs">,
): number | null | undefined {
  return backAfterMs[Math.floor(backAfterMs.length / 2)];
}

function scoreOf(
  strategy: string,
  cells: readonly CompareCell[],
): StrategyScore {
  const own = cells.filter((cell) => cell.strategy === strategy);
  const shares = [...Map.groupBy(own, ({ scenario }) => scenario.id).values()]
    .map((cells) =>
      meanOf(
        cells.flatMap(outagesOf).flatMap(({ failedShare }) =>
          failedShare === undefined ? [] : [failedShare]
        ),
      )
    ).filter((share) => share !== undefined);
  return {
    strategy,
    failedShare: meanOf(shares),
    backAfterMs: own.flatMap(outagesOf).map(({ backAfterMs }) => backAfterMs)
      .sort((a, b) => (a ?? Infinity) - (b ?? Infinity)),
  };
}

function outagesOf(cell: CompareCell): readonly Outage[] {
  return runsOf(cell).flatMap(figuresOf).map(outageOf)
    .filter((outage) => outage !== undefined);
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0
    ? undefined
    : values.reduce((sum, value) => sum + value, 0) / values.length;
}
