/** `--markdown`: the summary as a Markdown table. */
import { transportRemarks } from "./_transport_remarks.ts";
import {
  markdownTable,
  measuredWith,
  putBetweenMarks,
  UsageError,
  wrap,
} from "../../output/mod.ts";
import {
  type CompareCell,
  type CompareResult,
  messageOf,
  strategiesOver,
  strategyOver,
} from "../result/mod.ts";
import { outcomeWords } from "./_outcome.ts";
import { AS_EXPECTED, VERDICT_WORDS, verdictText } from "./_verdict.ts";

/** Between these lines of a file stands what `--markdown=FILE` writes. */
export const MARKS = {
  begin: "<!-- compare:begin -->",
  end: "<!-- compare:end -->",
} as const;

const PROSE = { width: 80, lead: "" } as const;

/** The summary, as `deno fmt` would have it. */
export function renderMarkdown(result: CompareResult): string {
  const columns = strategiesOver(result);
  const ids = [...new Set(result.cells.map(({ scenario }) => scenario.id))];
  const rows = ids.map((id) => {
    const cells = result.cells.filter(({ scenario }) => scenario.id === id);
    return [
      `#${id} ${cells[0]?.scenario.title}`,
      ...columns.map((column) =>
        cellText(cells.find((cell) => strategyOver(cell) === column))
      ),
    ];
  });
  return [
    ...wrap(about(result), PROSE),
    "",
    ...markdownTable([["scenario", ...columns], ...rows]),
    "",
    ...wrap(
      `${verdictText(result)}. As expected: ${AS_EXPECTED}.`,
      PROSE,
    ),
    "",
  ].join("\n");
}

/** A text with the summary in place of what stands between the marks. */
export function putSummary(text: string, summary: string): string {
  return putBetweenMarks(text, { marks: MARKS, summary });
}

/**
 * Makes sure that a file has the marks.
 *
 * @throws {UsageError} If it has not, or cannot be read.
 */
export async function checkMarks(path: string): Promise<void> {
  try {
    putSummary(await Deno.readTextFile(path), "");
  } catch (error) {
    throw new UsageError(
      `--markdown=${path} cannot be used: ${messageOf(error)}`,
    );
  }
}

function about({ runtime, etcd, options }: CompareResult): string {
  const { runs, callTimeoutMs } = options;
  return measuredWith(runtime, {
    server: `etcd ${etcd.version}`,
    remarks: [
      ...transportRemarks(options),
      `calls time out after ${callTimeoutMs} ms`,
      ...runs > 1 ? [`median (least–most) of ${runs} runs`] : [],
    ],
  });
}

function cellText(cell: CompareCell | undefined): string {
  if (cell === undefined) return "";
  const verdict = VERDICT_WORDS[cell.verdict];
  const outcome = outcomeWords(cell);
  return outcome === undefined ? verdict : `${verdict}: ${outcome}`;
}
