/**
 * The page of `compare --html`: one file without scripts that loads nothing,
 * made of the result alone.
 *
 * @module
 */
import { changesSection } from "./_changes.ts";
import { chartLegend } from "./_legend.ts";
import { intro, lede, type PageLinks } from "./_intro.ts";
import { type Markup, markup } from "./_markup.ts";
import { overview } from "./_overview.ts";
import { columnsLegend, scenarioArticle } from "./_scenario.ts";
import { shell, TITLE } from "./_shell.ts";
import { groupCells, type ScenarioGroup, summaryTable } from "./_summary.ts";
import { AS_EXPECTED, transportRemarks, verdictText } from "../report/mod.ts";
import type { CompareResult } from "../result/mod.ts";
import { minutes } from "../../output/mod.ts";

/** The whole page of one server. */
export function renderHtml(
  result: CompareResult,
  links: PageLinks = {},
): string {
  const groups = groupCells(result);
  const { front, changes } = links;
  return shell(
    markup`<header>
<h1>${TITLE}</h1>${
      front === undefined
        ? undefined
        : markup`<p class="back"><a href="${front}">All servers</a></p>`
    }
${lede(result)}
${front === undefined ? overview([result]) : undefined}
${intro(result, links)}
${verdict(result)}
${facts(result)}
</header>
<main>
${changesSection(changes, () => "")}
<section id="summary" aria-labelledby="summary-h">
<h2 id="summary-h">Summary</h2>
${summaryTable(groups, result)}
</section>
<section aria-labelledby="reading-h">
<h2 id="reading-h">How to read the timelines</h2>
${chartLegend(result.etcd.members)}
${columnsLegend(result)}
</section>
${sections(groups, result)}
</main>`,
    {
      title: front === undefined
        ? TITLE
        : `etcd ${result.etcd.version}: ${TITLE}`,
      skip: { id: "summary", words: "Skip to the summary" },
    },
  );
}

function verdict(result: CompareResult): Markup {
  const good = result.ended === "complete" &&
    result.cells.every(({ verdict }) =>
      verdict !== "unexpected" && verdict !== "threw"
    );
  return markup`<p class="outcome ${good ? "expected" : "unexpected"}">${
    verdictText(result)
  }</p>
<p class="fault">A cell is one scenario under one strategy, over one transport. As expected: ${AS_EXPECTED}.</p>`;
}

function facts(
  { etcd, runtime, options, startedAt, seconds }: CompareResult,
): Markup {
  const rows = [
    ["etcd", `${etcd.version} from ${etcd.source}`],
    ["etcdeno", runtime.client],
    ["Deno", runtime.deno],
    ["Machine", runtime.system],
    ["Date", `${startedAt.slice(0, 16).replace("T", " ")} UTC`],
    ["Took", minutes(seconds)],
    ...transportRemarks(options).map((words) => ["Calls go", words] as const),
    [
      "Calls time out",
      `after ${options.callTimeoutMs} ms, unless a scenario says otherwise`,
    ],
  ] as const;
  return markup`<dl class="facts">${
    rows.map(([name, value]) =>
      markup`<div><dt>${name}</dt><dd>${value}</dd></div>`
    )
  }</dl>`;
}

function sections(
  groups: readonly ScenarioGroup[],
  result: CompareResult,
): readonly Markup[] {
  return [...Map.groupBy(groups, ({ section }) => section)]
    .map(([section, groups]) =>
      markup`<section>
<h2>${section}</h2>
${groups.map((group) => scenarioArticle(group, result))}
</section>`
    );
}
