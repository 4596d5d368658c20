// The whole page of a comparison.
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { compare } from "../../../../../tools/compare/_compare.ts";
import { renderHtml } from "../../../../../tools/compare/html/_page.ts";
import {
  CHOOSING_URL,
  strategyNotes,
} from "../../../../../tools/compare/report/_strategies.ts";
import { anchorOf } from "../../../../../tools/compare/html/_summary.ts";
import type { CompareCell } from "../../../../../tools/compare/result/_result.ts";
import { RESULT } from "../_example_result.ts";
import { StandInCluster } from "../_stand_in_cluster.ts";
import { recording, scenario } from "../_stand_in_scenario.ts";
import { TextSink } from "../_text_sink.ts";
import { cellWith, marksOf } from "./_cells.ts";

const PAGE = renderHtml(RESULT);
const VOID = ["meta", "br", "link"];

/** The elements, each with its attributes; none if the page is not well formed. */
function elementsOf(page: string): readonly string[] {
  const elements: string[] = [];
  const open: string[] = [];
  const body = page.replace(/^<!doctype html>/, "")
    .replace(/<style>[^<]*<\/style>/, "");
  const tag = /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g;
  assertEquals(body.replaceAll(tag, "").match(/[<>]/g), null, "stray < or >");
  for (const [text, closing, name = "", , alone] of body.matchAll(tag)) {
    if (closing) assertEquals(open.pop(), name, "closed in another order");
    else elements.push(text);
    if (!closing && !alone && !VOID.includes(name)) open.push(name);
  }
  assertEquals(open, []);
  return elements;
}

/** What a reader sees of a piece of the page. */
function textOf(page: string): string {
  return page.replaceAll(/<(style|title|head)>[^]*?<\/\1>/g, "")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(+code));
}

/** The values of an attribute. */
function valuesOf(page: string, attribute: string): readonly string[] {
  return elementsOf(page).flatMap((element) =>
    [...element.matchAll(new RegExp(` ${attribute}="([^"]*)"`, "g"))]
      .map(([, value = ""]) => value)
  );
}

Deno.test("renderHtml() gives a page that is well formed and loads nothing", () => {
  elementsOf(PAGE);
  const ids = valuesOf(PAGE, "id");
  assertEquals(ids.length, new Set(ids).size);
  assertEquals(valuesOf(PAGE, "href")[0], "#summary", "the skip link is first");
  for (const link of valuesOf(PAGE, "href")) {
    if (link === CHOOSING_URL) continue;
    assert(link.startsWith("#"), link);
    assert(ids.includes(decodeURI(link.slice(1))), link);
  }
  for (const labels of valuesOf(PAGE, "aria-labelledby")) {
    for (const id of labels.split(" ")) assert(ids.includes(id), id);
  }
  assertEquals(valuesOf(PAGE, "src"), []);
  assertEquals(valuesOf(PAGE, "on[a-z]+"), []);
  const rest = PAGE.replace(`<a href="${CHOOSING_URL}">`, "<a>");
  assertEquals(/<script|https?:|url\(|@import|[^:]\/\//.exec(rest), null);
});

Deno.test("renderHtml() has every cell in the summary and in its scenario", () => {
  const ids = valuesOf(PAGE, "id");
  const links = valuesOf(PAGE, "href");
  for (const cell of RESULT.cells) {
    const id = anchorOf(cell.scenario, cell);
    assert(ids.includes(id), id);
    // A strategy of the user's has a row, and no column in the example's table.
    if (RESULT.options.strategies.includes(cell.strategy)) {
      assert(links.includes(`#${id}`), id);
    }
    if (cell.expectation) assertStringIncludes(PAGE, cell.expectation.text);
  }
  assertStringIncludes(PAGE, "11 of 31 calls failed, not 1; the last call");
  assertStringIncludes(PAGE, "Skipped: it has no pin.");
  assertStringIncludes(PAGE, "not so after 20000 ms");
  assertEquals(PAGE.split('role="img"').length - 1, 2 * 5, "wide and narrow");
});

Deno.test("renderHtml() says first what the strategies are, and which to take", () => {
  const header = textOf(PAGE.slice(0, PAGE.indexOf("</header>")));
  const notes = strategyNotes(RESULT.options.strategies);
  assertEquals(notes.length, 3);
  for (const { name, design, take } of notes) {
    assertMatch(header, new RegExp(`${name}\\s*${design}\\. ${take}`));
  }
  assert(header.indexOf(notes[0]?.take ?? "?") < header.indexOf("7 cells"));
  assertStringIncludes(
    PAGE.slice(0, PAGE.indexOf('id="summary"')),
    `<a href="${CHOOSING_URL}">Choosing a balancer</a>`,
  );
});

Deno.test("renderHtml() says what [M], [T] and [D] mean in the table that has them", () => {
  const tables = PAGE.split('<table class="words"').slice(1)
    .map((text) => textOf(text.slice(0, text.indexOf("</table>"))));
  assertEquals(tables.length, 3);
  for (const table of tables) {
    assertStringIncludes(table, "[M] measured on etcd's Go clients");
    assert(!table.includes("[T]"), "only those that it has");
  }
});

Deno.test("renderHtml() has no sign of success beside calls that failed", () => {
  assertEquals(/[✔✓✘]/.exec(PAGE), null);
  const text = textOf(PAGE).replaceAll(/\s+/g, " ");
  assertStringIncludes(text, "8 of 8 failed, as expected");
  assertStringIncludes(text, "11 of 31 failed, not as expected");
});

Deno.test("renderHtml() escapes what it is given", () => {
  const evil = `<script>"x" & 'y'</script>`;
  const cells = RESULT.cells.map((cell): CompareCell => ({
    ...cell,
    scenario: { ...cell.scenario, title: evil, fault: evil },
    strategy: `${evil}${cell.strategy}`,
    ...cell.expectation && {
      expectation: { ...cell.expectation, go: evil, text: evil, because: evil },
    },
    ...cell.verdict === "threw" && { error: evil },
    ...cell.verdict === "expected" && {
      figures: {
        ...cell.figures,
        events: [{ atMs: 1, kind: "note", member: null, text: evil }],
        marks: marksOf("x.").map((mark) => ({ ...mark, code: evil })),
      },
    },
  }));
  const page = renderHtml({ ...RESULT, cells });
  assert(!page.includes("<script"));
  elementsOf(page);
});

Deno.test("renderHtml() stays below 5 MB for 75 busy scenarios", () => {
  const marks = Array.from({ length: 1_000 }, (_, at) => ({
    startMs: at * 3.3,
    durationMs: 1 + (at * 7_919) % 997,
    ok: at % 5 > 0,
    member: `m${at % 3 + 1}`,
    code: at % 5 > 0 ? null : "unavailable",
    maybeCommitted: at % 2 > 0,
  }));
  const busy = cellWith({ marks });
  const cells = Array.from(
    { length: 75 },
    (_, id) =>
      RESULT.options.strategies.map((strategy) => ({
        ...busy,
        strategy,
        scenario: { ...busy.scenario, id },
      })),
  ).flat();
  const page = renderHtml({ ...RESULT, cells });
  assert(page.length < 5_000_000, `${page.length} bytes`);
  assertStringIncludes(page, " of 1000 calls are drawn: every ");
});

Deno.test("compare --html writes the page, also of a bad run", async () => {
  const html = await Deno.makeTempFile({ suffix: ".html" });
  const stderr = new TextSink();
  try {
    const { exitCode } = await compare({
      subjects: [{ name: "one", balancer: "grpc1.7" }],
      scenarios: [scenario(1, { one: recording({ marks: [] }) }, {
        one: { go: "some fail", ours: { failed: [9, 9] } },
      })],
      cluster: new StandInCluster().asCluster,
      html,
      stdout: new TextSink(),
      stderr,
    });
    assertEquals(exitCode, 1);
    const page = await Deno.readTextFile(html);
    assertStringIncludes(page, "0 of 4 calls failed, not 9");
    const docs = valuesOf(page, "href").filter((link) => link.endsWith(".md"));
    assertEquals(docs.length, 2);
    for (const link of docs) {
      assert((await Deno.stat(new URL(link, `file://${html}`))).isFile, link);
    }
    assertStringIncludes(stderr.text, `The page is in ${html}\n`);
  } finally {
    await Deno.remove(html);
  }
});
