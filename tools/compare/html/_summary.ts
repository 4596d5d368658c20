/** The table of a page: every scenario under every strategy. */
import { type Markup, markup } from "./_markup.ts";
import { headlineOf, OUTCOMES } from "./_outcome.ts";
import { sectionOf } from "./_sections.ts";
import {
  type CompareCell,
  type CompareResult,
  strategiesOver,
  strategyOver,
} from "../result/mod.ts";
import { VERDICT_WORDS } from "../report/mod.ts";

/** The cells of one scenario, in the order of the strategies. */
export interface ScenarioGroup {
  readonly scenario: CompareCell["scenario"];
  readonly section: string;
  readonly cells: readonly CompareCell[];
}

/** The cells by scenario and section, in the order of their numbers. */
export function groupCells(
  { cells }: CompareResult,
): readonly ScenarioGroup[] {
  const byScenario = Map.groupBy(cells, ({ scenario }) => scenario.id);
  return [...byScenario.values()]
    .flatMap((cells) => {
      const [first] = cells;
      if (first === undefined) return [];
      const { scenario } = first;
      return [{ scenario, section: sectionOf(scenario.id), cells }];
    })
    .sort((a, b) => a.scenario.id - b.scenario.id);
}

/** The name that links to a scenario, or to a cell of it. */
export function anchorOf(
  { id }: CompareCell["scenario"],
  cell?: Pick<CompareCell, "strategy" | "transport">,
): string {
  return cell === undefined
    ? `s${id}`
    : `s${id}-${strategyOver(cell).replaceAll(/\s/g, "_")}`;
}

/**
 * The table. It has its roles in writing: on a narrow screen its rows are laid
 * out as grids, which takes them from some browsers otherwise.
 */
export function summaryTable(
  groups: readonly ScenarioGroup[],
  result: Pick<CompareResult, "cells" | "options" | "etcd">,
): Markup {
  const strategies = strategiesOver(result);
  const bodies = [...Map.groupBy(groups, ({ section }) => section)]
    .map(([section, groups]) =>
      markup`<tbody role="rowgroup">
<tr class="section" role="row"><th role="rowheader" colspan="${
        strategies.length + 1
      }" scope="rowgroup">${section}</th></tr>
${groups.map((group) => row(group, strategies))}
</tbody>`
    );
  return markup`<div class="scroll" role="group" tabindex="0" aria-label="Summary, can be scrolled">
<table class="summary" role="table" style="--strategies: ${strategies.length}">
<caption>What callers saw, per scenario and strategy. Each cell leads to its timeline.</caption>
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Scenario</th>${
    strategies.map((name) =>
      markup`<th scope="col" role="columnheader">${name}</th>`
    )
  }</tr></thead>
${bodies}
</table>
</div>
${legend(result.etcd.members)}`;
}

function row(
  { scenario, cells }: ScenarioGroup,
  strategies: readonly string[],
): Markup {
  return markup`<tr role="row"><th scope="row" role="rowheader"><a href="#${
    anchorOf(scenario)
  }"><span class="number">#${scenario.id}</span> ${scenario.title}</a></th>${
    strategies.map((name) => {
      const cell = cells.find((cell) => strategyOver(cell) === name);
      return cell === undefined ? markup`<td role="cell"></td>` : cellOf(cell);
    })
  }</tr>`;
}

function cellOf(cell: CompareCell): Markup {
  const { outcome, text } = headlineOf(cell);
  const { sign, meaning } = OUTCOMES[outcome];
  return markup`<td class="${outcome}" role="cell"><a href="#${
    encodeURI(anchorOf(cell.scenario, cell))
  }"><span class="sign" aria-hidden="true" title="${meaning}">${sign}</span><span>${text}${
    verdictWords(cell)
  }</span></a></td>`;
}

/** The verdict behind a headline; nothing where that says it already. */
export function verdictWords({ verdict }: CompareCell): Markup | undefined {
  switch (verdict) {
    case "expected":
    case "unexpected":
    case "unjudged":
      return markup`, <span class="verdict ${verdict}">${
        VERDICT_WORDS[verdict]
      }</span>`;
    default:
      return undefined;
  }
}

function legend(members: readonly string[]): Markup {
  const outcomes = (["none", "few", "many", "all", "quiet"] as const).map((
    outcome,
  ) =>
    markup`<li><span class="swatch ${outcome}" aria-hidden="true">${
      OUTCOMES[outcome].sign
    }</span> ${OUTCOMES[outcome].meaning}</li>`
  );
  return markup`<ul class="legend" aria-label="Legend of the summary">${outcomes}</ul>
<ul class="legend"><li>Served ${
    members.map((_, at) => 10 * (members.length - at)).join("/")
  }: so many calls by ${members.join(", ")}.</li></ul>`;
}
