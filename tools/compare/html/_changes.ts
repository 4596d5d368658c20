/** The changes since an earlier result, as a part of a page. */
import { type Markup, markup } from "./_markup.ts";
import { anchorOf } from "./_summary.ts";
import { aspectText, changedName, changesText } from "../report/mod.ts";
import type { CellChange, Changes } from "../result/mod.ts";

/** The section; nothing where there is no earlier result. */
export function changesSection(
  changes: Changes | undefined,
  pageOf: (etcd: string) => string,
): Markup | undefined {
  if (changes === undefined) return undefined;
  const { changed } = changes;
  return markup`<section id="changes" aria-labelledby="changes-h">
<h2 id="changes-h">What has changed</h2>
<p>${
    changesText(changes)
  }. A cell has changed if its verdict has, or if what was measured differs by more than chance makes: one failed call in ten, or half a second and a factor of two.</p>
${
    changed.length === 0
      ? undefined
      : markup`<ul class="changes">${
        changed.map((change) => item(change, pageOf(change.etcd)))
      }</ul>`
  }
</section>`;
}

function item(change: CellChange, page: string): Markup {
  const { cell, aspects } = change;
  const link = `${page}#${encodeURI(anchorOf(cell.scenario, cell))}`;
  return markup`<li><a href="${link}">${changedName(change)}</a>: ${
    aspects.map((aspect) => aspectText(aspect, change)).join("; ")
  }</li>`;
}
