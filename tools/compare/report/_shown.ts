/** The figures a table shows of a cell that was run once, or several times. */
import {
  type CellFigures,
  type CellRepeats,
  type CompareCell,
  type FigureRange,
  figuresOf,
} from "../result/mod.ts";

/** The figures of a cell: medians, where it was run several times. */
export interface Shown {
  readonly figures: CellFigures;
  /**
   * ` (0–2)` behind a figure that differs between the runs, and
   * ` (2 of 3 runs)` behind one that not all of them have; else nothing.
   */
  range(name: string, text?: (value: number) => string): string;
}

/** The figures shown of a cell; none where it did not get to its end. */
export function shownOf(cell: CompareCell): Shown[] {
  const { runs = [], ranges = {} }: CellRepeats = "runs" in cell ? cell : {};
  const ended = runs.flatMap(figuresOf).length;
  return figuresOf(cell).map((figures) => {
    const medians: CellFigures = {
      ...medianOf(figures, (name) => ranges[name]),
      measures: medianOf(
        figures.measures,
        (name) => ranges[`measures.${name}`],
      ),
    };
    return {
      figures: medians,
      range(name, text = (value) => String(Math.round(value))) {
        const range = ranges[name];
        if (range === undefined) return "";
        const { least, median, most } = range;
        const share = range.count < ended
          ? `${range.count} of ${ended} runs`
          : "";
        const span = spanText([least, median, most].map(text));
        const inside = [span, share].filter(Boolean).join(", ");
        return inside === "" ? "" : ` (${inside})`;
      },
    };
  });
}

/** `5–10` of `5 ms`, `7 ms` and `10 ms`, where the unit stands before it. */
function spanText(texts: readonly string[]): string {
  const [least = "", , most = ""] = texts;
  if (least === most) return "";
  const units = new Set(texts.map((text) => text.split(" ")[1]));
  return units.size > 1
    ? `${least}–${most}`
    : `${least.split(" ")[0]}–${most.split(" ")[0]}`;
}

function medianOf<T extends object>(
  figures: T,
  rangeOf: (name: string) => FigureRange | undefined,
): T {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [
      name,
      rangeOf(name)?.median ?? value,
    ]),
  ) as T;
}
