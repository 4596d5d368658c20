/** The part of a page that tells of one scenario. */
import { type Column, NOTHING, shownOf, toldColumns } from "../report/mod.ts";
import { drawTimeline } from "./_chart.ts";
import { eventLines, failureLines } from "./_events.ts";
import { expectationTable } from "./_expectation.ts";
import { type Markup, markup } from "./_markup.ts";
import { headlineOf } from "./_outcome.ts";
import { anchorOf, type ScenarioGroup, verdictWords } from "./_summary.ts";
import {
  type CellFigures,
  type CompareCell,
  type CompareResult,
  figuresOf,
  strategyOver,
} from "../result/mod.ts";
import { marksPerTimeline, thinCalls } from "./_thin.ts";
import { endOf, scaleFor, scaleOf, type TimelineScale } from "./_timeline.ts";
import { duration } from "../../output/mod.ts";

/** Title, expectations, figures and timelines of a scenario. */
export function scenarioArticle(
  { scenario, cells }: ScenarioGroup,
  result: CompareResult,
): Markup {
  const scale = scaleOf(cells);
  const { members } = result.etcd;
  const mostMarks = marksPerTimeline(
    result.cells.flatMap(figuresOf).map(({ marks }) => marks.length),
  );
  const fault = scenario.fault === "none"
    ? "No fault: a steady state."
    : `Fault: ${scenario.fault}.`;
  return markup`<article id="${anchorOf(scenario)}" aria-labelledby="${
    anchorOf(scenario)
  }-h">
<h3 id="${
    anchorOf(scenario)
  }-h"><span class="number">#${scenario.id}</span> ${scenario.title}</h3>
<p class="fault">${fault}</p>
${expectationTable(cells)}
${figuresTable(cells, result)}
${cells.map((cell) => timeline(cell, { scale, members, mostMarks }))}
<p class="back"><a href="#summary">Back to the summary</a></p>
</article>`;
}

/** The legend: the meaning of the columns of figures. */
export function columnsLegend(result: CompareResult): Markup {
  return markup`<details class="columns"><summary>What the columns of figures mean</summary>
<dl>${
    columnsOf(result).map(({ legend: [term, meaning] }) =>
      markup`<dt>${term}</dt><dd>${meaning}</dd>`
    )
  }</dl></details>`;
}

/** The columns that have something to tell of these cells. */
function columnsOf(result: CompareResult): readonly Column[] {
  const cells = result.cells.flatMap(shownOf);
  return toldColumns(result).filter((column) =>
    cells.some((shown) => !["", NOTHING].includes(column.text(shown)))
  );
}

function figuresTable(
  cells: readonly CompareCell[],
  result: CompareResult,
): Markup | undefined {
  const columns = columnsOf({ ...result, cells });
  const rows = cells.flatMap((cell) =>
    shownOf(cell).map((shown) =>
      markup`<tr role="row"><th scope="row" role="rowheader">${
        strategyOver(cell)
      }</th>${
        columns.map((column) =>
          markup`<td class="${column.align}" role="cell" data-name="${
            nameOf(column)
          }">${column.text(shown)}</td>`
        )
      }</tr>`
    )
  );
  if (rows.length === 0) return undefined;
  return markup`<table class="figures" role="table">
<caption>What was measured</caption>
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Strategy</th>${
    columns.map((column) =>
      markup`<th scope="col" role="columnheader" class="${column.align}" title="${
        column.legend[1]
      }">${nameOf(column)}</th>`
    )
  }</tr></thead>
<tbody role="rowgroup">${rows}</tbody>
</table>`;
}

function nameOf({ heads }: Column): string {
  return heads.join(" ").replace(" /", "/").trim();
}

interface TimelineContext {
  readonly scale: TimelineScale;
  readonly members: readonly string[];
  readonly mostMarks: number;
}

function timeline(cell: CompareCell, context: TimelineContext): Markup {
  const id = anchorOf(cell.scenario, cell);
  const headline = headlineOf(cell).text;
  const title = markup`<strong>${strategyOver(cell)}</strong> ${headline}${
    verdictWords(cell)
  }`;
  const [figures] = figuresOf(cell);
  if (figures === undefined) {
    return markup`<figure id="${id}"><figcaption>${title}</figcaption></figure>`;
  }
  const { drawn, caption } = thinCalls(figures.marks, context.mostMarks);
  const scale = scaleFor(figures, context.scale);
  const remarks = [caption, silence(figures), ownScale(figures, scale)]
    .filter((text) => text !== undefined);
  return markup`<figure id="${id}">
<figcaption>${title}${
    remarks.map((text) => markup` <small>${text}.</small>`)
  }</figcaption>
${
    drawTimeline({ figures, drawn, scale, members: context.members }, {
      id,
      title: `${strategyOver(cell)} in #${cell.scenario.id}: ${headline}`,
      description: describe(figures),
    })
  }
${inWords(figures)}
</figure>`;
}

function describe({ marks }: CellFigures): string {
  const calls = marks.length > 0
    ? "Every call as a mark, time across and latency up on a logarithmic scale; below"
    : "No calls;";
  return `${calls} the connection to each member over time. In words below the timeline.`;
}

/** Says so where a timeline is not on the scale of the others. */
function ownScale(
  figures: CellFigures,
  scale: TimelineScale,
): string | undefined {
  return scale.own
    ? `On a time scale of its own, as it took only ${
      duration(endOf(figures, scale))
    }`
    : undefined;
}

/** Says so where a timeline can show nothing of what the fault did. */
function silence(
  { faultMs, marks, events }: CellFigures,
): string | undefined {
  const silent = faultMs !== null && marks.length === 0 &&
    events.every(({ atMs }) => atMs <= faultMs);
  return silent ? "No call was made, and no connection changed" : undefined;
}

function inWords(figures: CellFigures): Markup {
  const { lines, omitted } = eventLines(figures);
  return markup`<details><summary>In words</summary>
${list("Failed calls", failureLines(figures))}
${
    list("Connections and notes, by the time since the fault", [
      ...lines,
      ...omitted > 0 ? [`and ${omitted} more`] : [],
    ])
  }
</details>`;
}

function list(title: string, lines: readonly string[]): Markup | undefined {
  if (lines.length === 0) return undefined;
  return markup`<p>${title}</p><ul>${
    lines.map((line) => markup`<li>${line}</li>`)
  }</ul>`;
}
