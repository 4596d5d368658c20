/** The page in front of those of several servers. */
import { changesSection } from "./_changes.ts";
import { intro, lede, type PageLinks } from "./_intro.ts";
import { type Markup, markup } from "./_markup.ts";
import { overview } from "./_overview.ts";
import { shell, TITLE } from "./_shell.ts";
import { AS_EXPECTED, verdictText } from "../report/mod.ts";
import { type CompareResult, isBad } from "../result/mod.ts";
import { measuredWith } from "../../output/mod.ts";

/** A result, and the page that has its timelines. */
export interface ServerPage {
  readonly result: CompareResult;
  /** As seen from the page in front. */
  readonly page: string;
}

/** The page in front: the picture, the servers, and what has changed. */
export function renderLab(
  pages: readonly ServerPage[],
  { docs, changes, json }: PageLinks & {
    /** The file with everything measured, as seen from the page. */
    readonly json?: string | undefined;
  } = {},
): string {
  const results = pages.map(({ result }) => result);
  const newest = pages.at(-1);
  if (newest === undefined) {
    throw new Error("Cannot make the page: there is no result");
  }
  return shell(
    markup`<header>
<h1>${TITLE}</h1>
${lede(newest.result)}
</header>
<main>
${overview(results, { page: newest.page })}
<section aria-labelledby="strategies-h">
<h2 id="strategies-h">The strategies</h2>
${intro(newest.result, { docs })}
</section>
${servers(pages, json)}
${
      changesSection(
        changes,
        (etcd) =>
          pages.find(({ result }) => result.etcd.version === etcd)?.page ?? "",
      )
    }
</main>`,
    { skip: { id: "which", words: "Skip to the picture" } },
  );
}

function servers(
  pages: readonly ServerPage[],
  json: string | undefined,
): Markup {
  return markup`<section id="servers" aria-labelledby="servers-h">
<h2 id="servers-h">Every fault on every server</h2>
<p>A timeline for each scenario under each strategy, server by server.</p>
<ul class="servers">${pages.map(server)}</ul>
<p class="fault">A cell is one scenario under one strategy, over one transport. As expected: ${AS_EXPECTED}.</p>${
    json === undefined
      ? undefined
      : markup`<p>Everything measured is in <a href="${json}">${json}</a>.</p>`
  }
</section>`;
}

function server({ result, page }: ServerPage): Markup {
  const good = result.ended === "complete" && !result.cells.some(isBad);
  const { runtime, options } = result;
  return markup`<li><a href="${page}">etcd ${result.etcd.version}</a>: <span class="${
    good ? "expected" : "bad"
  }">${verdictText(result)}</span><br><small>${
    measuredWith(runtime, {
      remarks: [
        ...options.runs > 1 ? [`${options.runs} runs`] : [],
        `${result.startedAt.slice(0, 16).replace("T", " ")} UTC`,
      ],
    })
  }</small></li>`;
}
