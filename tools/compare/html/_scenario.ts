/** The part of a page that tells of one scenario. */
import { type Column, NOTHING, placeColumns, shownOf } from "../report/mod.ts";
import { drawTimeline } from "./_chart.ts";
import { eventLines, failureLines } from "./_events.ts";
import { type Markup, markup } from "./_markup.ts";
import { headlineOf } from "./_outcome.ts";
import { anchorOf, type ScenarioGroup, verdictMark } from "./_summary.ts";
import {
  type CellFigures,
  type CompareCell,
  type CompareResult,
  figuresOf,
} from "../result/mod.ts";
import { marksPerTimeline, thinCalls } from "./_thin.ts";
import { scaleOf, type TimelineScale } from "./_timeline.ts";

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
<div class="scroll timelines" role="group" tabindex="0" aria-label="Timelines of #${scenario.id}, can be scrolled">
${cells.map((cell) => timeline(cell, { scale, members, mostMarks }))}
</div>
<p class="back"><a href="#summary">Back to the summary</a></p>
</article>`;
}

/** A line per expectation: strategies that share one share its line. */
function expectationTable(cells: readonly CompareCell[]): Markup {
  const lines = Map.groupBy(cells, (cell) => expectationWords(cell).text);
  return markup`<div class="scroll">
<table class="words">
<caption>What is expected</caption>
<thead><tr><th scope="col">Strategy</th><th scope="col">etcd’s Go client of that generation</th><th scope="col">This client</th></tr></thead>
<tbody>${
    [...lines.values()].map((cells) =>
      markup`<tr><th scope="row">${
        cells.map(({ strategy }) => strategy).join(", ")
      }</th>${cells.slice(0, 1).map(expectationWords)}</tr>`
    )
  }</tbody>
</table>
</div>`;
}

function expectationWords(cell: CompareCell): Markup {
  const { expectation, verdict } = cell;
  const { go, text, because } = expectation ?? {};
  return markup`<td>${go ?? "–"}</td><td>${text ?? "nothing"} ${
    verdictMark(verdict)
  }${
    because === undefined
      ? undefined
      : markup`<p class="because">Not as Go’s, because ${because}.</p>`
  }${remarks(cell)}</td>`;
}

/** What is to be said of a cell that is not simply as expected. */
function remarks(cell: CompareCell): Markup | undefined {
  switch (cell.verdict) {
    case "unexpected":
      return markup`<p class="bad">Measured: ${
        cell.deviations.join("; ")
      }.</p>`;
    case "threw":
      return markup`<p class="bad">Failed to run: ${cell.error}</p>`;
    case "skipped":
      return markup`<p>Skipped: ${cell.reason}.</p>`;
    case "not run":
      return markup`<p>Not run.</p>`;
    default:
      return undefined;
  }
}

/** What the columns of the figures mean. */
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
  // Without room for the calls one by one: they are in the timelines.
  return placeColumns(result, { taken: 0, columns: 0 })
    .map(({ column }) => column)
    .filter((column) =>
      result.cells.flatMap(shownOf).some((shown) =>
        !["", NOTHING].includes(column.text(shown))
      )
    );
}

function figuresTable(
  cells: readonly CompareCell[],
  result: CompareResult,
): Markup | undefined {
  const columns = columnsOf({ ...result, cells });
  const rows = cells.flatMap((cell) =>
    shownOf(cell).map((shown) =>
      markup`<tr><th scope="row">${cell.strategy}</th>${
        columns.map((column) =>
          markup`<td class="${column.align}">${column.text(shown)}</td>`
        )
      }</tr>`
    )
  );
  if (rows.length === 0) return undefined;
  return markup`<div class="scroll">
<table class="figures">
<caption>What was measured</caption>
<thead><tr><th scope="col">Strategy</th>${
    columns.map(({ heads, legend: [, meaning], align }) =>
      markup`<th scope="col" class="${align}" title="${meaning}">${
        heads.join(" ").replace(" /", "/")
      }</th>`
    )
  }</tr></thead>
<tbody>${rows}</tbody>
</table>
</div>`;
}

function timeline(
  cell: CompareCell,
  { scale, members, mostMarks }: {
    readonly scale: TimelineScale;
    readonly members: readonly string[];
    readonly mostMarks: number;
  },
): Markup {
  const id = anchorOf(cell.scenario, cell.strategy);
  const headline = headlineOf(cell).text;
  const [figures] = figuresOf(cell);
  if (figures === undefined) {
    return markup`<figure id="${id}"><figcaption><strong>${cell.strategy}</strong> ${headline} ${
      verdictMark(cell.verdict)
    }</figcaption></figure>`;
  }
  const { drawn, caption = silence(figures) } = thinCalls(
    figures.marks,
    mostMarks,
  );
  const title = `${cell.strategy} in #${cell.scenario.id}: ${headline}`;
  const description = [
    figures.marks.length > 0
      ? "Every call as a mark, time across and latency up on a logarithmic scale; below"
      : "No calls;",
    "the connection to each member over time. In words below the timeline.",
  ].join(" ");
  return markup`<figure id="${id}">
<figcaption><strong>${cell.strategy}</strong> ${headline} ${
    verdictMark(cell.verdict)
  }${
    caption === undefined ? undefined : markup` <small>${caption}.</small>`
  }</figcaption>
${
    drawTimeline({ figures, drawn, scale, members }, {
      id,
      title,
      description,
    })
  }
${inWords(figures)}
</figure>`;
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
