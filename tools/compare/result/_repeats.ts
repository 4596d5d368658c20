/** From the runs of a cell to what is said of all of them. */
import type {
  CellFigures,
  CellRepeats,
  CellRun,
  CompareCell,
  FigureRange,
} from "./_result.ts";

/** The cell that one or more runs make: its verdict is the worst of theirs. */
export function repeated(runs: readonly CellRun[]): CellRun & CellRepeats {
  const [first] = runs.toSorted((a, b) => badness(b) - badness(a));
  if (first === undefined) throw new Error("Cannot sum up runs: there is none");
  return runs.length === 1
    ? first
    : { ...first, runs, ranges: rangesOf(runs.flatMap(figuresOf)) };
}

/** The figures of a cell or run; none where it did not get to its end. */
export function figuresOf(cell: CompareCell | CellRun): CellFigures[] {
  return "figures" in cell ? [cell.figures] : [];
}

/** The runs of a cell; none if it had no turn. */
export function runsOf(cell: CompareCell): readonly CellRun[] {
  if (cell.verdict === "skipped" || cell.verdict === "not run") return [];
  return cell.runs ?? [cell];
}

/** Whether a cell or run is what makes `compare` end with 1. */
export function isBad({ verdict }: Pick<CompareCell, "verdict">): boolean {
  return verdict === "unexpected" || verdict === "threw";
}

function badness({ verdict }: CellRun): number {
  return verdict === "threw" ? 2 : verdict === "unexpected" ? 1 : 0;
}

function rangesOf(
  figures: readonly CellFigures[],
): Readonly<Record<string, FigureRange>> {
  const values = new Map<string, number[]>();
  for (const [name, value] of figures.flatMap((one) => numbersOf(one))) {
    values.set(name, [...values.get(name) ?? [], value]);
  }
  return Object.fromEntries(
    [...values].map(([name, values]) => [name, rangeOf(values)]),
  );
}

/** Every number in it, one level down as well, by its name. */
function numbersOf(value: object, prefix = ""): (readonly [string, number])[] {
  return Object.entries(value).flatMap(([name, value]) => {
    if (typeof value === "number") return [[prefix + name, value] as const];
    const isGroup = prefix === "" && value !== null &&
      typeof value === "object" && !Array.isArray(value);
    return isGroup ? numbersOf(value, `${name}.`) : [];
  });
}

function rangeOf(values: readonly number[]): FigureRange {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    median: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0,
    least: sorted[0] ?? 0,
    most: sorted.at(-1) ?? 0,
    count: sorted.length,
  };
}
