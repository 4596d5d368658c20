/** The columns of the table, and what their words mean. */
import { type Shown, shownOf } from "./_shown.ts";
import type { CompareResult } from "../result/mod.ts";
import { STRIP, strip } from "./_strip.ts";
import { duration } from "../../output/mod.ts";

/** One column. */
export interface Column {
  /** The column's name, on two lines. */
  readonly heads: readonly [string, string];
  readonly align: "left" | "right";
  /** The column's meaning, for those who see it for the first time. */
  readonly legend: readonly [term: string, meaning: string];
  text(shown: Shown): string;
}

/** A column with its width. */
export interface PlacedColumn {
  readonly column: Column;
  readonly width: number;
}

/** The sign that stands where there is nothing to tell. */
export const NOTHING = "–";
const GAP = 2;
/** Before the first column, whose numbers stand to the right of it. */
const FIRST_GAP = 1;
const STRIP_COLUMNS = { least: 15, most: 30 } as const;

const FAILED: Column = {
  heads: ["failed", "/calls"],
  align: "right",
  legend: [
    "failed/calls",
    "calls that failed, of those made from the moment of the fault; they are made in a loop of 30, which stops after 8 if all of these have failed",
  ],
  text: ({ figures: { calls, failed }, range }) =>
    calls === 0 ? NOTHING : `${failed}/${calls}${range("failed")}`,
};

const FIRST_OK: Column = {
  heads: ["first", "ok"],
  align: "right",
  legend: [
    "first ok",
    "time from the fault to the end of the first call that succeeded",
  ],
  text: ({ figures: { calls, faultMs, firstSuccessMs }, range }) =>
    calls === 0 || faultMs === null
      ? NOTHING
      : firstSuccessMs === null
      ? "never"
      : `${duration(firstSuccessMs)}${range("firstSuccessMs", duration)}`,
};

const LAST_FAIL: Column = {
  heads: ["last", "fail"],
  align: "right",
  legend: [
    "last fail",
    "time from the fault to the end of the last call that failed",
  ],
  text: ({ figures: { lastFailureMs }, range }) =>
    lastFailureMs === null
      ? NOTHING
      : `${duration(lastFailureMs)}${range("lastFailureMs", duration)}`,
};

const CONNECTIONS: Column = {
  heads: ["open", ""],
  align: "right",
  legend: [
    "open",
    "connections; 3→1: three at once at most, one at the end",
  ],
  text: ({ figures: { connectionsMax: most, connectionsEnd: end }, range }) =>
    (most === end ? String(end) : `${most}→${end}`) + range("connectionsEnd"),
};

const SPREAD: Column = {
  heads: ["spread", ""],
  align: "left",
  legend: ["spread", "calls each member served"],
  text: ({ figures: { calls, spread } }) =>
    calls === 0 ? NOTHING : spread.join("/"),
};

const WRITES: Column = {
  heads: ["writes", "a≤b≤c"],
  align: "left",
  legend: [
    "writes",
    "a: puts that succeeded; b: puts that the store has; c: those of a and those that failed, which may have been applied",
  ],
  text: ({ figures: { writes, failed } }) =>
    writes === null
      ? ""
      : `${writes.acked}≤${writes.applied}≤${writes.acked + failed}`,
};

const WATCH: Column = {
  heads: ["watch", "in/all"],
  align: "left",
  legend: [
    "watch",
    "events delivered while the fault lasted, of all; then -1: one never came, +1: one came twice",
  ],
  text: ({ figures: { watch } }) => {
    if (watch === undefined) return "";
    const { wanted, duringFault, gaps, duplicates } = watch;
    return `${duringFault}/${wanted}` +
      (gaps > 0 ? ` -${gaps}` : "") + (duplicates > 0 ? ` +${duplicates}` : "");
  },
};

const LEASE: Column = {
  heads: ["lease", ""],
  align: "left",
  legend: ["lease", "whether the lease was kept alive"],
  text: ({ figures: { lease } }) => lease ?? "",
};

/** The one column that may be too wide for any screen. */
export const MEASURES: Column = {
  heads: ["also", ""],
  align: "left",
  legend: ["also", "what else the scenario counted or timed"],
  text: ({ figures: { measures }, range }) =>
    Object.entries(measures).map(([words, value]) =>
      `${Math.round(value)}${range(`measures.${words}`)} ${words}`
    ).join(", "),
};

/** The columns that have something to tell. */
export function toldColumns(result: CompareResult): readonly Column[] {
  const cells = result.cells.flatMap(shownOf);
  return [
    FAILED,
    FIRST_OK,
    LAST_FAIL,
    CONNECTIONS,
    withMembers(SPREAD, result),
    WRITES,
    WATCH,
    LEASE,
    MEASURES,
  ].filter((column) => cells.some((cell) => column.text(cell) !== ""));
}

/** The columns that fit into a line beside `taken` other columns of text. */
export function placeColumns(
  result: CompareResult,
  { taken, columns }: { readonly taken: number; readonly columns: number },
): readonly PlacedColumn[] {
  const cells = result.cells.flatMap(shownOf);
  const told = toldColumns(result).map((column) => placed(column, cells));
  const fitting = taken + widthOf(told) <= columns
    ? told
    : told.filter(({ column }) => column !== MEASURES);
  const wanted = Math.max(
    0,
    ...cells.map(({ figures }) => figures.marks.length),
  );
  const left = columns - taken - widthOf(fitting) - GAP;
  const width = Math.min(STRIP_COLUMNS.most, left, wanted);
  return wanted > 0 && width >= Math.min(STRIP_COLUMNS.least, wanted)
    ? [...fitting, { column: stripColumn(width), width }]
    : fitting;
}

function placed(column: Column, cells: readonly Shown[]): PlacedColumn {
  const width = Math.max(
    ...column.heads.map(({ length }) => length),
    ...cells.map((cell) => column.text(cell).length),
  );
  return { column, width };
}

/** The width of columns side by side, with the gap before each of them. */
function widthOf(columns: readonly PlacedColumn[]): number {
  return columns.reduce((sum, { width }) => sum + GAP + width, FIRST_GAP - GAP);
}

/** The columns of one line, side by side. */
export function joinColumns(
  placed: readonly PlacedColumn[],
  text: (column: Column) => string,
): string {
  return placed.map(({ column, width }, at) =>
    " ".repeat(at === 0 ? FIRST_GAP : GAP) +
    (column.align === "right"
      ? text(column).padStart(width)
      : text(column).padEnd(width))
  ).join("");
}

function withMembers(column: Column, { etcd }: CompareResult): Column {
  const [term, meaning] = column.legend;
  const names = etcd.members.join("/");
  const first = etcd.members[0] ?? "m1";
  return {
    ...column,
    heads: [column.heads[0], names],
    legend: [
      term,
      `${meaning}, ${names}; a fault of one member is one of ${first}, which is the pin of the strategies that have one`,
    ],
  };
}

function stripColumn(width: number): Column {
  return {
    heads: ["calls,", "one by one"],
    align: "left",
    legend: [
      "calls",
      `one by one: ${STRIP.ok} succeeded, ${STRIP.failed} failed; where a mark stands for several calls, ${STRIP.some} some failed`,
    ],
    text: ({ figures: { marks } }) => strip(marks, width),
  };
}
