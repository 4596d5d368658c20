/** What a table shows of a cell that was run once, or several times. */
import { figuresOf } from "./_compare_repeats.ts";
import type {
  CellFigures,
  CellRepeats,
  CompareCell,
  FigureRange,
} from "./_compare_result.ts";

/** The figures of a cell: medians, where it was run several times. */
export interface Shown {
  readonly figures: CellFigures;
  /**
   * ` (0–2)` behind a figure that differs between the runs, and
   * ` (2 of 3 runs)` behind one that not all of them have; else nothing.
   */
  range(name: string, text?: (value: number) => string): string;
}

/** What is shown of a cell; none where it did not get to its end. */
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
        const [least, most] = [text(range.least), text(range.most)];
        const share = range.count < ended
          ? `${range.count} of ${ended} runs`
          : "";
        const span = least === most
          ? ""
          : `${withoutUnit(least, most)}–${most}`;
        const inside = [span, share].filter(Boolean).join(", ");
        return inside === "" ? "" : ` (${inside})`;
      },
    };
  });
}

/** `5 ms` and `10 ms` make `5–10 ms`. */
function withoutUnit(least: string, most: string): string {
  const [number = "", unit] = least.split(" ");
  return unit === most.split(" ")[1] ? number : least;
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
