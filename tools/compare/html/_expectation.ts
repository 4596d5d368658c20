/** The table of what is expected in a scenario. */
import { escape, Markup, markup } from "./_markup.ts";
import { originsIn, originWords, VERDICT_WORDS } from "../report/mod.ts";
import { type CompareCell, strategyOver } from "../result/mod.ts";

/**
 * A line per expectation: strategies that share one share its line. It has its
 * roles in writing, as its rows are laid out as grids on a narrow screen.
 */
export function expectationTable(cells: readonly CompareCell[]): Markup {
  const lines = Map.groupBy(cells, (cell) => expectationWords(cell).text);
  const letters = originWords(
    cells.map(({ expectation }) => expectation?.go ?? "").join(),
  );
  return markup`<table class="words" role="table">
<caption>What is expected.${
    letters === "" ? "" : ` Of Go’s client: ${letters}.`
  }</caption>
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Strategy</th><th scope="col" role="columnheader">etcd’s Go client of that generation</th><th scope="col" role="columnheader">This client</th></tr></thead>
<tbody role="rowgroup">${
    [...lines.values()].map((cells) =>
      markup`<tr role="row"><th scope="row" role="rowheader">${
        cells.map(strategyOver).join(", ")
      }</th>${cells.slice(0, 1).map(expectationWords)}</tr>`
    )
  }</tbody>
</table>`;
}

function expectationWords(cell: CompareCell): Markup {
  const { go, text, because } = cell.expectation ?? {};
  return markup`<td role="cell">${
    go === undefined ? "–" : withOrigins(go)
  }</td><td role="cell">${text ?? "nothing"}${
    because === undefined
      ? undefined
      : markup`<p class="because">Not as Go’s, because ${because}.</p>`
  }${remarks(cell)}</td>`;
}

/** A text about Go's client, whose letters say what they mean. */
function withOrigins(text: string): Markup {
  const origins = originsIn(text);
  const parts = text.split(/(\[[A-Z]\])/).map((part) => {
    const origin = origins.find(({ mark }) => mark === part);
    return origin === undefined
      ? escape(part)
      : markup`<abbr title="${origin.meaning}">${part}</abbr>`.text;
  });
  return new Markup(parts.join(""));
}

/** The remark on a cell that is not simply as expected. */
function remarks(cell: CompareCell): Markup | undefined {
  switch (cell.verdict) {
    case "unexpected":
      return markup`<p class="bad">Measured, ${VERDICT_WORDS.unexpected}: ${
        cell.deviations.join("; ")
      }.</p>`;
    case "threw":
      return markup`<p class="bad">Could not be run: ${cell.error}</p>`;
    case "skipped":
      return markup`<p>Skipped: ${cell.reason}.</p>`;
    case "not run":
      return markup`<p>Not run.</p>`;
    default:
      return undefined;
  }
}
