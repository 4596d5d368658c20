// The README and docs/: their size, and where their links lead.
import { assert, assertEquals } from "@std/assert";
import { type Page, pagePaths, parsePage, readPage } from "./_pages.ts";
import { ROOT } from "../support/_program.ts";

const PATHS = await pagePaths();
const PAGES: ReadonlyMap<string, Page> = new Map(
  await Promise.all(
    PATHS.map(async (path) => [path, await readPage(path)] as const),
  ),
);

/** The links of a page that lead nowhere. */
async function deadLinks(
  path: string,
  { headings, links }: Page,
): Promise<string[]> {
  const dead: string[] = [];
  for (const link of links) {
    if (/^[a-z]+:/.test(link)) continue;
    const [file = "", anchor] = link.split("#");
    const target = new URL(
      file || path.replace(/.*\//, ""),
      new URL(path, ROOT),
    );
    const there = target.href.slice(ROOT.href.length);
    const known = file === "" ? headings : PAGES.get(there)?.headings;
    const exists = known !== undefined ||
      await Deno.stat(target).then(() => true, () => false);
    const found = anchor === undefined ||
      known?.some((heading) => heading.anchor === anchor);
    if (!exists || !found || !target.href.startsWith(ROOT.href)) {
      dead.push(link);
    }
  }
  return dead;
}

Deno.test("the README has at most 250 lines and 20 KB", async () => {
  const text = await Deno.readTextFile(new URL("README.md", ROOT));
  assert(text.split("\n").length - 1 <= 250, "lines");
  assert(new TextEncoder().encode(text).length <= 20_000, "bytes");
});

Deno.test("the README's table of contents has its sections, in their order", () => {
  const page = PAGES.get("README.md");
  const sections =
    page?.headings.filter(({ level, text }) =>
      level === 2 && text !== "Contents"
    ) ?? [];
  assert(sections.length > 5);
  assertEquals(
    page?.prose.get("Contents")?.trim().split("\n").filter((line) =>
      line.startsWith("- ")
    ),
    sections.map(({ text, anchor }) => `- [${text}](#${anchor})`),
  );
});

for (const [path, page] of PAGES) {
  Deno.test(`the links of ${path} lead somewhere`, async () => {
    assertEquals(await deadLinks(path, page), []);
    // One title, and no heading that a link could not name.
    assertEquals(page.headings.filter(({ level }) => level === 1).length, 1);
  });
}

Deno.test("deadLinks() finds what is not there", async () => {
  const page = parsePage([
    "# Title",
    "[a](./watch.md) [b](./nothing.md) [c](#title) [d](#none)",
    "[e](./watch.md#slow-readers) [f](./watch.md#none) [g](../../etc/passwd)",
    "[h](https://example.com/#x) [i](../mod.ts) `[j](./code.md)`",
    "```md",
    "[k](./block.md)",
    "```",
  ].join("\n"));
  assertEquals(await deadLinks("docs/x.md", page), [
    "./nothing.md",
    "#none",
    "./watch.md#none",
    "../../etc/passwd",
  ]);
});

Deno.test("every page of docs/ can be reached from the README", () => {
  const reached = new Set<string>(["README.md"]);
  for (const path of reached) {
    for (const link of PAGES.get(path)?.links ?? []) {
      if (/^[a-z]+:/.test(link)) continue;
      const { href } = new URL(link.replace(/#.*/, ""), new URL(path, ROOT));
      const there = href.slice(ROOT.href.length);
      if (PAGES.has(there)) reached.add(there);
    }
  }
  assertEquals([...PAGES.keys()].filter((path) => !reached.has(path)), []);
});
