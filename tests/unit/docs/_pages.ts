// The README and the pages of docs/, taken apart.
import { ROOT } from "../support/_program.ts";

/** A heading of a page. */
export interface Heading {
  /** How many signs it has. */
  readonly level: number;
  /** Its text. */
  readonly text: string;
  /** What a link to it has after the `#`. */
  readonly anchor: string;
}

/** A block of code. */
export interface Block {
  /** The text of the heading above it. */
  readonly heading: string;
  /** What stands after the fence, such as `ts ignore`. */
  readonly info: string;
  /** The code. */
  readonly text: string;
}

/** A page, taken apart. */
export interface Page {
  /** Its headings, from the top. */
  readonly headings: readonly Heading[];
  /** Its blocks of code. */
  readonly blocks: readonly Block[];
  /** Where its links lead, as written. */
  readonly links: readonly string[];
  /** Its text as it stands below each heading, without blocks of code. */
  readonly prose: ReadonlyMap<string, string>;
}

/** Takes Markdown apart as far as `deno fmt` lets it vary. */
export function parsePage(markdown: string): Page {
  const headings: Heading[] = [];
  const blocks: Block[] = [];
  const prose = new Map<string, string>();
  const anchors = new Map<string, number>();
  let heading = "";
  let fence: { readonly info: string; readonly lines: string[] } | undefined;
  for (const line of markdown.split("\n")) {
    const mark = /^\s*```(.*)$/.exec(line);
    if (fence !== undefined) {
      if (mark === null) fence.lines.push(line);
      else {
        const text = fence.lines.map((code) => `${code}\n`).join("");
        blocks.push({ heading, info: fence.info, text });
        fence = undefined;
      }
      continue;
    }
    if (mark !== null) {
      fence = { info: mark[1] ?? "", lines: [] };
      continue;
    }
    const [, signs, title] = /^(#+) (.*)$/.exec(line) ?? [];
    if (signs !== undefined && title !== undefined) {
      heading = title;
      const anchor = anchorOf(title);
      const before = anchors.get(anchor) ?? 0;
      anchors.set(anchor, before + 1);
      headings.push({
        level: signs.length,
        text: title,
        anchor: before === 0 ? anchor : `${anchor}-${before}`,
      });
    }
    prose.set(heading, `${prose.get(heading) ?? ""}${line}\n`);
  }
  const links = [...prose.values()].flatMap((text) =>
    [...text.replaceAll(/`[^`]*`/g, "code").matchAll(/\]\(\s*([^)\s]+)\s*\)/g)]
      .map(([, target = ""]) => target)
  );
  return { headings, blocks, links, prose };
}

/** As GitHub and JSR make it. */
function anchorOf(title: string): string {
  return title.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

/** A page of the project, by its path from the root. */
export async function readPage(path: string): Promise<Page> {
  return parsePage(await Deno.readTextFile(new URL(path, ROOT)));
}

/** The paths of the README and of every page of docs/, from the root. */
export async function pagePaths(): Promise<readonly string[]> {
  const paths = ["CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md"];
  const folders = ["docs/"];
  for (const folder of folders) {
    for await (
      const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))
    ) {
      if (isDirectory) folders.push(`${folder}${name}/`);
      else if (name.endsWith(".md")) paths.push(`${folder}${name}`);
    }
  }
  return paths.sort();
}

/** The name of a block: its page, the heading above it, and which one it is. */
export function blockName(path: string, heading: string, at: number): string {
  return `${path} ${heading} ${at}`;
}

/** TypeScript blocks below a heading of a page. */
export function snippet(
  page: Page,
  { heading, at = 0 }: { readonly heading: string; readonly at?: number },
): string {
  const block = typescriptBelow(page, heading)[at];
  if (block === undefined) throw new Error(`No block ${at} below ${heading}`);
  return block.text;
}

/** All TypeScript below a heading. */
export function typescriptBelow(page: Page, heading: string): Block[] {
  return page.blocks.filter((block) =>
    block.heading === heading && /^ts\b/.test(block.info)
  );
}
