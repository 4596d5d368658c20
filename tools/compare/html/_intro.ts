/** The first lines of a page: what is compared, and which to take. */
import { Markup, markup } from "./_markup.ts";
import {
  CHOOSING_URL,
  STRATEGIES_ORIGIN,
  strategyNotes,
} from "../report/mod.ts";
import type { Changes, CompareResult } from "../result/mod.ts";
import { counted } from "../../output/mod.ts";

/** The rest that a page needs besides its result. */
export interface PageLinks {
  /** The folder with the documentation, as seen from the page. */
  readonly docs?: string | undefined;
  /** The page of all servers, where there are several. */
  readonly front?: string | undefined;
  /** The changes since an earlier result, where one was given. */
  readonly changes?: Changes | undefined;
}

type Compared = Pick<CompareResult, "options" | "etcd">;

/** The first sentences: what the strategies are, and what was done. */
export function lede({ options: { strategies }, etcd }: Compared): Markup {
  return markup`<p class="lede">A balancer strategy decides which member of an etcd cluster a call goes to. Here ${
    new Intl.ListFormat("en").format(strategies)
  } go through the same faults, on a real cluster of ${
    counted(etcd.members.length, "member")
  }.</p>`;
}

/** The strategies, which to take, and where there is more. */
export function intro(
  { options: { strategies } }: Compared,
  { docs }: Pick<PageLinks, "docs">,
): Markup {
  const notes = strategyNotes(strategies);
  const others = strategies.filter((one) =>
    notes.every(({ name }) => name !== one)
  );
  return markup`<p>${STRATEGIES_ORIGIN}.</p>
<dl class="strategies">${
    notes.map(({ name, design, take }) =>
      markup`<div><dt>${name}</dt><dd>${design}. <strong>${take}.</strong></dd></div>`
    )
  }${
    others.map((name) =>
      markup`<div><dt>${name}</dt><dd>A strategy of your own.</dd></div>`
    )
  }</dl>
<p><a href="${CHOOSING_URL}">Choosing a balancer</a> explains them.${
    docs === undefined ? undefined : new Markup(
      ` In the clone that made this page, so do ${links(docs).text}.`,
    )
  }</p>`;
}

function links(docs: string): Markup {
  const page = (path: string): Markup =>
    markup`<a href="${`${docs}/${path}`}">docs/${path}</a>`;
  return markup`${page("balancers.md")} and ${page("measured/faults.md")}`;
}
