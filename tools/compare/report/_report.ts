/** The report a person reads, made of nothing but the result. */
import { transportRemarks } from "./_transport_remarks.ts";
import { FootNotes } from "./_foot_notes.ts";
import {
  type CompareCell,
  type CompareResult,
  isBad,
  runsOf,
  strategyOver,
} from "../result/mod.ts";
import { originsIn } from "./_origins.ts";
import { STRATEGIES_INTRO, strategyNotes } from "./_strategies.ts";
import { drawTable } from "./_table.ts";
import { AS_EXPECTED, VERDICT_SIGNS, verdictText } from "./_verdict.ts";
import {
  counted,
  minutes,
  type Paint,
  paintFor,
  wrap,
} from "../../output/mod.ts";

/** The layout of the report. */
export interface ReportOptions {
  readonly columns: number;
  readonly color: boolean;
}

const NO_BREAK = "\u00a0";
/** Longer lines are hard to read. */
const MOST_COLUMNS = 120;
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
  const notes = [
    ...footNotes.all().flatMap(({ mark, text }) =>
      wrap(text, { width: columns, lead: ` ${mark} ` })
    ),
    ...origins(result, { columns, paint }),
  ];
  const lines = [
    ...title(result, { columns, paint }),
    "",
    ...strategies(result, { columns, paint }),
    ...table.lines,
    "",
    ...unexpected(result, { columns, paint }),
    ...notes,
    ...notes.length > 0 ? [""] : [],
    ...legend([...terms, ...lastTerms(result)], { columns, paint }),
    "",
    verdict(result, paint),
  ];
  return `${lines.join("\n")}\n`;
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
    ...transportRemarks(options),
    `calls time out after ${options.callTimeoutMs} ms`,
    ...options.runs > 1 ? [`${options.runs} runs of each cell`] : [],
    `${startedAt.slice(0, 16).replace("T", " ")} UTC`,
    `took ${minutes(seconds)}`,
  ].map((part) => part.replaceAll(" ", NO_BREAK)).join(" · ");
  return [
    ...wrap("The strategies of etcd's clients under the same faults", {
      width: columns,
      lead: "",
    }).map(paint.bold),
    ...wrap(about, { width: columns, lead: "" })
      .map((line) => paint.dim(line.replaceAll(NO_BREAK, " "))),
  ];
}

/** Says what the strategies are, and which to take; leaves out the user's. */
function strategies(
  { options }: CompareResult,
  { columns, paint }: Layout,
): string[] {
  const notes = strategyNotes(options.strategies);
  if (notes.length === 0) return [];
  const width = Math.max(...notes.map(({ name }) => name.length));
  return [
    ...wrap(`${STRATEGIES_INTRO}. docs/balancers.md helps to choose.`, {
      width: columns,
      lead: "",
    }),
    ...notes.flatMap(({ name, design, take }) =>
      wrap(`${design}. ${take}.`, {
        width: columns,
        lead: ` ${name.padEnd(width)}  `,
      })
    ),
    "",
  ].map(paint.dim);
}

/** The part on the cells that are not as expected. */
function unexpected(result: CompareResult, layout: Layout): string[] {
  const { columns, paint } = layout;
  const cells = result.cells.filter(isBad);
  if (cells.length === 0) return [];
  return [
    paint.bold("Not as expected"),
    ...cells.flatMap((cell) => [
      "",
      paint.red(
        ` ${VERDICT_SIGNS[cell.verdict]} ${
          strategyOver(cell)
        } | #${cell.scenario.id} ${cell.scenario.title}`,
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

/** The letters in what stands above, right below it. */
function origins(result: CompareResult, { columns, paint }: Layout): string[] {
  const shown = result.cells
    .filter((cell) => isBad(cell) || cell.expectation?.because !== undefined)
    .map(({ expectation }) => expectation?.go ?? "");
  return originsIn(shown.join()).flatMap(({ mark, meaning }) =>
    wrap(meaning, { width: columns, lead: ` ${mark}  ` })
  ).map(paint.dim);
}

function lastTerms(
  { cells, options }: CompareResult,
): readonly (readonly [string, string])[] {
  const unjudged = cells.some(({ verdict }) => verdict === "unjudged");
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
      VERDICT_SIGNS.expected,
      `as expected: ${AS_EXPECTED}; \`deno task compare --list\` says what is expected, and what Go's client does`,
    ],
    [VERDICT_SIGNS.unexpected, "not as expected"],
    ...unjudged
      ? [[VERDICT_SIGNS.unjudged, "not judged: nothing is expected"] as const]
      : [],
    [
      "cell",
      "one scenario under one strategy, over one transport: one line of the table",
    ],
  ];
}

function verdict(result: CompareResult, paint: Paint): string {
  const text = verdictText(result);
  const good = result.ended === "complete" && !result.cells.some(isBad);
  return paint.bold(good ? paint.green(text) : paint.red(text));
}
