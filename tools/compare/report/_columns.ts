/** The columns of the table, and what their words mean. */
import { type Shown, shownOf } from "./_shown.ts";
import type { CompareResult } from "../result/mod.ts";
import { STRIP, strip } from "./_strip.ts";
import { duration } from "../../output/mod.ts";

/** One column. */
export interface Column {
  /** Its name, on two lines. */
  readonly heads: readonly [string, string];
  readonly align: "left" | "right";
  /** What it says, for those who see it for the first time. */
  readonly legend: readonly [term: string, meaning: string];
  text(shown: Shown): string;
}

/** A column with its width. */
export interface PlacedColumn {
  readonly column: Column;
  readonly width: number;
}

/** What stands where there is nothing to tell. */
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
    "calls that failed, of those made from the moment of the fault; a loop of 30 gives up after 8 if none of them succeeded",
  ],
  text: ({ figures: { calls, failed }, range }) =>
    calls === 0 ? NOTHING : `${failed}/${calls}${range("failed")}`,
};

const FIRST_OK: Column = {
  heads: ["first", "ok"],
  align: "right",
  legend: ["first ok", "from the fault to the end of the first success"],
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
  legend: ["last fail", "from the fault to the end of the last failure"],
  text: ({ figures: { lastFailureMs }, range }) =>
    lastFailureMs === null
      ? NOTHING
      : `${duration(lastFailureMs)}${range("lastFailureMs", duration)}`,
};

const CONNECTIONS: Column = {
  heads: ["open", ""],
  align: "right",
  legend: ["open", "connections, the most at once → at the end"],
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
    "acked ≤ applied ≤ acked + failed: the client was told so, the store has them, there may be no more",
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
    "events delivered during the fault, of all; then gaps and duplicates, where there are any",
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

const MEASURES: Column = {
  heads: ["also", ""],
  align: "left",
  legend: ["also", "what else the scenario counted or timed"],
  text: ({ figures: { measures }, range }) =>
    Object.entries(measures).map(([words, value]) =>
      `${Math.round(value)}${range(`measures.${words}`)} ${words}`
    ).join(", "),
};

/** The columns that have something to tell, and fit beside `taken` others. */
export function placeColumns(
  result: CompareResult,
  { taken, columns }: { readonly taken: number; readonly columns: number },
): readonly PlacedColumn[] {
  const cells = result.cells.flatMap(shownOf);
  const named: readonly Column[] = [
    FAILED,
    FIRST_OK,
    LAST_FAIL,
    CONNECTIONS,
    withMembers(SPREAD, result),
    WRITES,
    WATCH,
    LEASE,
    MEASURES,
  ];
  const placed = named
    .filter((column) => cells.some((cell) => column.text(cell) !== ""))
    .map((column) => ({
      column,
      width: Math.max(
        ...column.heads.map(({ length }) => length),
        ...cells.map((cell) => column.text(cell).length),
      ),
    }));
  const used = placed.reduce(
    (sum, { width }) => sum + GAP + width,
    taken - GAP + FIRST_GAP,
  );
  const wanted = Math.max(
    0,
    ...cells.map(({ figures }) => figures.marks.length),
  );
  const width = Math.min(STRIP_COLUMNS.most, columns - used - GAP, wanted);
  const fits = width >= Math.min(STRIP_COLUMNS.least, wanted);
  return wanted > 0 && fits
    ? [...placed, { column: stripColumn(width), width }]
    : placed;
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
      `${meaning}, ${names}; a fault that hits one member hits ${first}, the pin of those that pin`,
    ],
  };
}

function stripColumn(width: number): Column {
  return {
    heads: ["calls,", "one by one"],
    align: "left",
    legend: [
      "calls",
      `one by one: ${STRIP.ok} succeeded, ${STRIP.failed} failed; where a mark stands for several, ${STRIP.some} some failed`,
    ],
    text: ({ figures: { marks } }) => strip(marks, width),
  };
}
