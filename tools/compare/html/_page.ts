/**
 * The page of `compare --html`: one file without scripts that loads nothing,
 * made of the result alone.
 *
 * @module
 */
import { chartLegend } from "./_legend.ts";
import { intro, type PageLinks } from "./_intro.ts";
import { Markup, markup } from "./_markup.ts";
import { columnsLegend, scenarioArticle } from "./_scenario.ts";
import { STYLE } from "./_style.ts";
import { groupCells, type ScenarioGroup, summaryTable } from "./_summary.ts";
import { AS_EXPECTED, transportRemarks, verdictText } from "../report/mod.ts";
import type { CompareResult } from "../result/mod.ts";
import { minutes } from "../../output/mod.ts";

const TITLE = "etcdeno’s balancer strategies under the same faults";

/** The whole page. */
export function renderHtml(
  result: CompareResult,
  links: PageLinks = {},
): string {
  const groups = groupCells(result);
  const page = markup`<!doctype html>
<html lang="en">
${head()}
<body>
<a class="skip" href="#summary">Skip to the summary</a>
<header>
<h1>${TITLE}</h1>
${intro(result, links)}
${verdict(result)}
${facts(result)}
</header>
<main>
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
</main>
<footer><p>Made by <code>deno task compare --html</code>; <code>deno task compare --help</code> says what else it does.</p></footer>
</body>
</html>
`;
  return page.text;
}

function head(): Markup {
  return markup`<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${TITLE}</title>
<style>${new Markup(STYLE)}</style>
</head>`;
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
