/** The report a person reads, made of nothing but the result. */
import { FootNotes } from "./_foot_notes.ts";
import {
  type CompareCell,
  type CompareResult,
  isBad,
  runsOf,
} from "../result/mod.ts";
import { drawTable, VERDICT_MARKS } from "./_table.ts";
import {
  counted,
  minutes,
  type Paint,
  paintFor,
  wrap,
} from "../../output/mod.ts";

/** How the report is laid out. */
export interface ReportOptions {
  readonly columns: number;
  readonly color: boolean;
}

const NO_BREAK = "\u00a0";
/** Longer lines are hard to read. */
const MOST_COLUMNS = 120;
/** What the letters behind what Go does mean. */
export const ORIGINS =
  "[M] measured on etcd's Go clients, [T] asserted by their tests, [D] derived from their source";

/** The whole report; its last line is the verdict. */
export function renderReport(
  result: CompareResult,
  { columns: most, color }: ReportOptions,
): string {
  const columns = Math.min(most, MOST_COLUMNS);
  const paint = paintFor({ color });
  const footNotes = new FootNotes(result);
  const table = drawTable(result, { columns, paint, footNotes });
  const terms = table.columns.map(({ legend }) => legend);
  const notes = footNotes.all();
  const lines = [
    ...title(result, { columns, paint }),
    "",
    ...table.lines,
    "",
    ...unexpected(result, { columns, paint }),
    ...notes.flatMap(({ mark, text }) =>
      wrap(text, { width: columns, lead: ` ${mark} ` })
    ),
    ...notes.length > 0 ? [""] : [],
    ...legend([...terms, ...lastTerms(result)], { columns, paint }),
    "",
    verdict(result, paint),
  ];
  return `${lines.join("\n")}\n`;
}

/** `36 cells: 35 as expected, 1 not`. */
export function verdictText({ cells, ended, failure }: CompareResult): string {
  const count = (...verdicts: readonly CompareCell["verdict"][]): number =>
    cells.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const parts = [
    [count("expected"), "as expected"],
    [count("unexpected", "threw"), "not"],
    [count("unjudged"), "without an expectation"],
    [count("skipped"), "skipped"],
    [count("not run"), ended === "failed" ? "not run" : "not run: interrupted"],
  ] as const;
  const text = parts
    .filter(([number], at) => number > 0 || at < 2)
    .map(([number, words]) => `${number} ${words}`)
    .join(", ");
  return failure === undefined
    ? `${counted(cells.length, "cell")}: ${text}`
    : `${
      counted(cells.length, "cell")
    }: ${text}; the run ended early: ${failure}`;
}

interface Layout {
  readonly columns: number;
  readonly paint: Paint;
}

function title(
  { etcd, runtime, options, startedAt, seconds }: CompareResult,
  { columns, paint }: Layout,
): string[] {
  const about = [
    `etcd ${etcd.version}, ${counted(etcd.members.length, "member")}`,
    `Deno ${runtime.deno}`,
    `calls time out after ${options.callTimeoutMs} ms`,
    ...options.runs > 1 ? [`${options.runs} runs of each cell`] : [],
    `${startedAt.slice(0, 16).replace("T", " ")} UTC`,
    `took ${minutes(seconds)}`,
  ].map((part) => part.replaceAll(" ", NO_BREAK)).join(" · ");
  return [
    ...wrap("The generations of etcd's client under the same faults", {
      width: columns,
      lead: "",
    }).map(paint.bold),
    ...wrap(about, { width: columns, lead: "" })
      .map((line) => paint.dim(line.replaceAll(NO_BREAK, " "))),
  ];
}

/** What is to be said of each cell that is not as expected. */
function unexpected(result: CompareResult, layout: Layout): string[] {
  const { columns, paint } = layout;
  const cells = result.cells.filter(isBad);
  if (cells.length === 0) return [];
  return [
    paint.bold("Not as expected"),
    ...cells.flatMap((cell) => [
      "",
      paint.red(
        ` ${
          VERDICT_MARKS[cell.verdict]
        } ${cell.strategy} | #${cell.scenario.id} ${cell.scenario.title}`,
      ),
      ...aspects(cell).flatMap(([name, text]) =>
        wrap(text, { width: columns, lead: `   ${name.padEnd(10)}` })
      ),
    ]),
    "",
  ];
}

function aspects(cell: CompareCell): readonly (readonly [string, string])[] {
  const { expectation } = cell;
  const aspects: (readonly [string, string])[] = [];
  const runs = runsOf(cell);
  if (runs.length > 1) {
    aspects.push(["runs", `${runs.filter(isBad).length} of ${runs.length}`]);
  }
  if (expectation) aspects.push(["expected", expectation.text]);
  if (cell.verdict === "threw") aspects.push(["failed", cell.error]);
  if (cell.verdict === "unexpected") {
    aspects.push(["measured", cell.deviations.join("; ")]);
    const errors = Object.entries(cell.figures.errors)
      .map(([code, count]) => `${count} × ${code}`);
    if (errors.length > 0) aspects.push(["errors", errors.join(", ")]);
  }
  if (expectation) aspects.push(["Go", expectation.go]);
  if (expectation?.because) aspects.push(["because", expectation.because]);
  return aspects;
}

function legend(
  terms: readonly (readonly [string, string])[],
  { columns, paint }: Layout,
): string[] {
  const width = Math.max(...terms.map(([term]) => term.length));
  return terms.flatMap(([term, meaning]) =>
    wrap(meaning, { width: columns, lead: ` ${term.padEnd(width)}  ` })
  ).map(paint.dim);
}

function lastTerms(
  { cells, options }: CompareResult,
): readonly (readonly [string, string])[] {
  const marks = "✔ ✘";
  const shows = cells.some(({ expectation, verdict }) =>
    expectation && (expectation.because || verdict === "unexpected" ||
      verdict === "threw")
  );
  return [
    ...options.runs > 1
      ? [
        [
          "2 (1–3)",
          `the median of ${options.runs} runs, and their range where they differ; spread, writes, watch and single calls are those of one run, of a bad one where there is one`,
        ] as const,
      ]
      : [],
    [
      marks,
      "as expected of this client, or not; `deno task compare --list` has every expectation beside what Go's client does",
    ],
    ...shows ? [["[M] [T]", ORIGINS] as const] : [],
  ];
}

function verdict(result: CompareResult, paint: Paint): string {
  const text = verdictText(result);
  const good = result.ended === "complete" && !result.cells.some(isBad);
  return paint.bold(good ? paint.green(text) : paint.red(text));
}
