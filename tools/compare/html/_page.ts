/**
 * The page of `compare --html`: one file without scripts that loads nothing,
 * made of the result alone.
 *
 * @module
 */
import { chartLegend } from "./_legend.ts";
import { Markup, markup } from "./_markup.ts";
import { columnsLegend, scenarioArticle } from "./_scenario.ts";
import { STYLE } from "./_style.ts";
import { groupCells, type ScenarioGroup, summaryTable } from "./_summary.ts";
import { verdictText } from "../report/mod.ts";
import type { CompareResult } from "../result/mod.ts";
import { counted, minutes } from "../../output/mod.ts";

const TITLE = "The generations of etcd’s client under the same faults";

/** The whole page. */
export function renderHtml(result: CompareResult): string {
  const groups = groupCells(result);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${TITLE}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#summary">Skip to the summary</a>
<header>
<h1>${TITLE}</h1>
<p class="lede">etcd’s own client, written in Go, has been designed anew twice, and each design meets a failing cluster in its own way. Here ${
    new Intl.ListFormat("en").format(result.options.strategies)
  }, strategies of etcdeno, the client for Deno, go through the same faults on a real cluster of ${
    counted(result.etcd.members.length, "member")
  }.</p>
${verdict(result)}
${facts(result)}
</header>
<main>
<section id="summary" aria-labelledby="summary-h">
<h2 id="summary-h">Summary</h2>
${summaryTable(groups, result.options.strategies)}
</section>
<section aria-labelledby="reading-h">
<h2 id="reading-h">How to read it</h2>
${chartLegend(result.etcd.members)}
${columnsLegend(result)}
</section>
${sections(groups, result)}
</main>
<footer><p>Made by <code>deno task compare --html</code>. [M]: measured on etcd’s Go clients, [T]: asserted by their tests, [D]: derived from their source.</p></footer>
</body>
</html>
`;
  return page.text;
}

function verdict(result: CompareResult): Markup {
  const good = result.ended === "complete" &&
    result.cells.every(({ verdict }) =>
      verdict !== "unexpected" && verdict !== "threw"
    );
  return markup`<p class="outcome ${
    good ? "expected" : "unexpected"
  }"><span aria-hidden="true">${good ? "✔" : "✘"}</span> ${
    verdictText(result)
  }</p>`;
}

function facts(
  { etcd, runtime, options, startedAt, seconds }: CompareResult,
): Markup {
  const rows = [
    ["etcd", `${etcd.version}, ${etcd.source}`],
    ["etcdeno", runtime.client],
    ["Deno", runtime.deno],
    ["Machine", runtime.system],
    ["Date", `${startedAt.slice(0, 16).replace("T", " ")} UTC`],
    ["Took", minutes(seconds)],
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
