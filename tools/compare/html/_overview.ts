/** The picture a page opens with: which strategy loses what, fault by fault. */
import { type Markup, markup } from "./_markup.ts";
import { backGlyph, shareGlyph } from "./_glyphs.ts";
import { anchorOf } from "./_summary.ts";
import {
  type ClassScore,
  scoredStrategies,
  scoresOf,
  type StrategyScore,
  typicalMs,
} from "../report/mod.ts";
import type { CompareResult } from "../result/mod.ts";
import { counted, duration } from "../../output/mod.ts";
import { DEFAULT_BALANCER } from "../../../tests/scenarios/subjects.ts";

const NO_BREAK = "\u00a0";
/** The shares from which on a cell looks worse. */
const LEVELS = [
  { below: 0.005, name: "none" },
  { below: 0.1, name: "few" },
  { below: 0.5, name: "many" },
  { below: Infinity, name: "all" },
] as const;

/**
 * The picture; nothing where no class of faults has figures. `page` is that of
 * the timelines, if it is another one.
 */
export function overview(
  results: readonly CompareResult[],
  { page = "" }: { readonly page?: string } = {},
): Markup | undefined {
  const classes = scoresOf(results);
  if (classes.length === 0) return undefined;
  const strategies = scoredStrategies(results);
  return markup`<section class="which" id="which" aria-labelledby="which-h">
<h2 id="which-h">Which balancer?</h2>
<p>${answer(classes)}</p>
<table class="overview" role="table" aria-describedby="which-d">
<caption>Failed calls, and the time until calls were back, by fault and strategy: ${
    breadth(results)
  }.</caption>
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Fault</th>${
    strategies.map((name) =>
      markup`<th scope="col" role="columnheader">${name}${
        name === DEFAULT_BALANCER
          ? markup` <small>the default</small>`
          : undefined
      }</th>`
    )
  }</tr></thead>
<tbody role="rowgroup">${classes.map(row)}</tbody>
</table>
${key()}
${scenarioLists(classes, page)}
</section>`;
}

/** The picture in one sentence, the best strategy first. */
function answer(classes: readonly ClassScore[]): string {
  const shares = classes
    .filter(({ faultClass }) => faultClass !== "nobody")
    .flatMap(({ scores }) => scores)
    .flatMap(({ strategy, failedShare: share }) =>
      share === undefined ? [] : [{ strategy, share }]
    );
  const parts = [...Map.groupBy(shares, ({ strategy }) => strategy)]
    .map(([strategy, all]) => ({
      strategy,
      share: all.reduce((sum, { share }) => sum + share, 0) / all.length,
    })).sort((one, other) => one.share - other.share)
    .map(({ strategy, share }, at) =>
      at === 0
        ? `${strategy} loses ${percent(share)} of the calls`
        : `${strategy} ${percent(share)}`
    );
  return `Where a fault leaves a choice, ${
    new Intl.ListFormat("en").format(parts)
  }.`;
}

/** The servers and transports that are summed up. */
function breadth(results: readonly CompareResult[]): string {
  const transports = [
    ...new Set(results.flatMap(({ options }) => options.transports ?? [])),
  ];
  const versions = results.map(({ etcd }) => etcd.version);
  return [
    `etcd ${new Intl.ListFormat("en").format(versions)}`,
    ...transports.length === 0
      ? []
      : [`over ${new Intl.ListFormat("en").format(transports)}`],
  ].join(", ");
}

function row({ faultClass, title, scenarios, scores }: ClassScore): Markup {
  return markup`<tr role="row"><th scope="row" role="rowheader"><a href="#class-${faultClass}">${title}</a> <small>${
    counted(scenarios.length, "scenario")
  }</small></th>${scores.map(cell)}</tr>`;
}

function cell(score: StrategyScore): Markup {
  const { strategy, failedShare, backAfterMs } = score;
  const typical = typicalMs(score);
  const name = markup`<span class="name" aria-hidden="true">${strategy}</span>`;
  if (failedShare === undefined && typical === undefined) {
    return markup`<td role="cell" class="absent">${name}<span class="nothing">does not apply</span></td>`;
  }
  const share = failedShare ?? 0;
  const level = LEVELS.find(({ below }) => share < below)?.name ?? "all";
  return markup`<td role="cell" class="${level}">${name}<span class="amount">${
    percent(failedShare)
  }<span class="unseen"> of calls failed, </span></span>${
    shareGlyph(failedShare)
  }<span class="amount"><span class="unseen">back after: </span>${
    typical === null
      ? `not${NO_BREAK}back`
      : duration(typical ?? 0).replace(" ", NO_BREAK)
  }</span>${backGlyph(backAfterMs)}</td>`;
}

function percent(share: number | undefined): string {
  if (share === undefined) return "–";
  const text = Math.round(100 * share);
  return text === 0 && share > 0 ? `<1${NO_BREAK}%` : `${text}${NO_BREAK}%`;
}

/** The key: one of each mark, with its meaning. */
function key(): Markup {
  return markup`<ul class="legend key" id="which-d">
<li><b>33 %</b> ${
    shareGlyph(1 / 3)
  } of the calls from the fault on failed; each scenario counts the same. The colour of a cell is by this.</li>
<li><b>1.02 s</b> ${
    backGlyph([40, 300, 1_020, 1_900, null])
  } from the fault until calls succeeded, and went on to, in the run in the middle; the band has eight runs in ten. The scale goes from 10 ms to 10 s, by ten at each mark. The box at its end fills with the runs that were <b>not back</b> while the fault lasted.</li>
</ul>`;
}

/** The scenarios that each row sums up, each with a link to it. */
function scenarioLists(
  classes: readonly ClassScore[],
  page: string,
): Markup {
  return markup`<details class="classes"><summary>The scenarios of each fault</summary>
<dl>${
    classes.map(({ faultClass, title, about, scenarios }) =>
      markup`<dt id="class-${faultClass}">${title}</dt><dd>${about}:<ul>${
        scenarios.map((scenario) =>
          markup`<li><a href="${page}#${
            anchorOf(scenario)
          }"><span class="number">#${scenario.id}</span> ${scenario.title}</a></li>`
        )
      }</ul></dd>`
    )
  }</dl></details>`;
}
