import { assert } from "@std/assert";
import type {
  CallMark,
  CellFigures,
  CompareCell,
} from "../../../../../tools/compare/result/_result.ts";
import { RESULT } from "../_example_result.ts";

/** The figures of a cell of the fixed result. */
export function figuresAt(at: number): CellFigures {
  const cell = RESULT.cells[at];
  assert(cell !== undefined && "figures" in cell);
  return cell.figures;
}

/** The first cell with other figures. */
export function cellWith(changes: Partial<CellFigures>): CompareCell {
  const [cell] = RESULT.cells;
  assert(cell?.verdict === "expected");
  return { ...cell, figures: { ...cell.figures, ...changes } };
}

/** Calls given as a strip: `x` failed, `.` succeeded. */
export function marksOf(text: string): CallMark[] {
  return [...text].map((mark, at) => ({
    startMs: at,
    durationMs: 1,
    ok: mark === ".",
    member: "m1",
    code: null,
    maybeCommitted: false,
  }));
}
