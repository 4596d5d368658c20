import {
  type Column,
  joinColumns,
  MEASURES,
  placeColumns,
  type PlacedColumn,
} from "./_columns.ts";
import type { FootNotes } from "./_foot_notes.ts";
import {
  type CellHead,
  type CompareCell,
  type CompareResult,
  strategyOver,
} from "../result/mod.ts";
import { type Shown, shownOf } from "./_shown.ts";
import { STRIP } from "./_strip.ts";
import { VERDICT_SIGNS } from "./_verdict.ts";
import { clip, type Paint, wrap } from "../../output/mod.ts";

/** The settings of the drawing of the table. */
export interface TableOptions {
  readonly columns: number;
  readonly paint: Paint;
  readonly footNotes: FootNotes;
}

/** The table and the columns it came to have. */
export interface Table {
  readonly lines: readonly string[];
  readonly columns: readonly Column[];
}

/** A line for each cell, under a headline for each scenario. */
export function drawTable(result: CompareResult, options: TableOptions): Table {
  const { columns, paint, footNotes } = options;
  const nameWidth = Math.max(
    "strategy".length,
    ...result.cells.map((cell) =>
      strategyOver(cell).length + footNotes.markOf(cell).length
    ),
  );
  const taken = " = ".length + nameWidth;
  const placed = placeColumns(result, { taken, columns });
  const heads = ([0, 1] as const).map((at) =>
    `   ${(at === 0 ? "" : "strategy").padEnd(nameWidth)}${
      joinColumns(placed, ({ heads }) => heads[at])
    }`.trimEnd()
  );
  const lines = heads.map(paint.dim);
  let scenario: number | undefined;
  for (const cell of withTurn(result.cells)) {
    if (cell.scenario.id !== scenario) {
      scenario = cell.scenario.id;
      lines.push("", ...headline(cell, options));
    }
    lines.push(...row(cell, { ...options, placed, nameWidth }));
  }
  return { lines, columns: placed.map(({ column }) => column) };
}

/** Leaves out the scenarios that an interrupted run did not come to. */
function withTurn(cells: readonly CompareCell[]): readonly CompareCell[] {
  const begun = new Set(
    cells.filter(({ verdict }) => verdict !== "not run")
      .map(({ scenario }) => scenario.id),
  );
  return cells.filter(({ scenario }) => begun.has(scenario.id));
}

function headline({ scenario }: CellHead, options: TableOptions): string[] {
  const { columns, paint } = options;
  const name = `#${scenario.id} ${scenario.title}`;
  const fault = scenario.fault === "none" ? "no fault" : scenario.fault;
  if (name.length + 3 + fault.length <= columns) {
    return [`${paint.bold(name)} ${paint.dim(`· ${fault}`)}`];
  }
  return [
    ...wrap(name, { width: columns, lead: "" }).map(paint.bold),
    ...wrap(fault, { width: columns, lead: "   " }).map(paint.dim),
  ];
}

interface RowOptions extends TableOptions {
  readonly placed: readonly PlacedColumn[];
  readonly nameWidth: number;
}

function row(cell: CompareCell, options: RowOptions): string[] {
  const { columns, paint, footNotes, placed, nameWidth } = options;
  const name = `${strategyOver(cell)}${footNotes.markOf(cell)}`.padEnd(
    nameWidth,
  );
  const sign = VERDICT_SIGNS[cell.verdict];
  const [shown] = shownOf(cell);
  if (shown !== undefined) {
    const text = joinColumns(placed, (column) => column.text(shown)).trimEnd();
    const line = cell.verdict === "unexpected"
      ? paint.red(` ${sign} ${name}${text}`)
      : ` ${cell.verdict === "expected" ? paint.green(sign) : sign} ${name}${
        paintStrip(text, paint)
      }`;
    return [line, ...measuresBelow(shown, options)];
  }
  const text = clip(` ${sign} ${name}  ${oneLine(remark(cell))}`, columns);
  return [cell.verdict === "threw" ? paint.red(text) : paint.dim(text)];
}

/** The other measures, where they have no column because they are too long. */
function measuresBelow(
  shown: Shown,
  { columns, paint, placed, nameWidth }: RowOptions,
): string[] {
  const text = MEASURES.text(shown);
  const isPlaced = placed.some(({ column }) => column === MEASURES);
  if (isPlaced || text === "") return [];
  const lead = " ".repeat(" = ".length + nameWidth + 1);
  return wrap(text, { width: columns, lead }).map(paint.dim);
}

/** The words that stand in place of figures. */
function remark(cell: CompareCell): string {
  switch (cell.verdict) {
    case "threw":
      return `failed: ${cell.error}`;
    case "skipped":
      return `skipped: ${cell.reason}`;
    default:
      return cell.verdict;
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

function paintStrip(text: string, paint: Paint): string {
  return text
    .replaceAll(new RegExp(`${STRIP.failed}+`, "g"), paint.red)
    .replaceAll(new RegExp(`${STRIP.ok}+`, "g"), paint.green);
}
