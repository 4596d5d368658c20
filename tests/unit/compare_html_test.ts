import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { compare } from "../../tools/compare.ts";
import { renderHtml } from "../../tools/_compare_html.ts";
import { eventLines } from "../../tools/_compare_html_events.ts";
import { headlineOf } from "../../tools/_compare_html_outcome.ts";
import { sectionOf } from "../../tools/_compare_html_sections.ts";
import { anchorOf } from "../../tools/_compare_html_summary.ts";
import { thinCalls } from "../../tools/_compare_html_thin.ts";
import { laneSpans, scaleOf } from "../../tools/_compare_html_timeline.ts";
import type {
  CallMark,
  CellFigures,
  CompareCell,
} from "../../tools/_compare_result.ts";
import {
  recording,
  RESULT,
  scenario,
  StandInCluster,
  TextSink,
} from "./_compare_fixture.ts";

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

/** The values of an attribute. */
function valuesOf(page: string, attribute: string): readonly string[] {
  return elementsOf(page).flatMap((element) =>
    [...element.matchAll(new RegExp(` ${attribute}="([^"]*)"`, "g"))]
      .map(([, value = ""]) => value)
  );
}

function figuresAt(at: number): CellFigures {
  const cell = RESULT.cells[at];
  assert(cell !== undefined && "figures" in cell);
  return cell.figures;
}

/** The first cell with other figures. */
function cellWith(changes: Partial<CellFigures>): CompareCell {
  const [cell] = RESULT.cells;
  assert(cell?.verdict === "expected");
  return { ...cell, figures: { ...cell.figures, ...changes } };
}

function marksOf(text: string): CallMark[] {
  return [...text].map((mark, at) => ({
    startMs: at,
    durationMs: 1,
    ok: mark === ".",
    member: "m1",
    code: null,
    maybeCommitted: false,
  }));
}

Deno.test("renderHtml() gives a page that is well formed and leads nowhere else", () => {
  elementsOf(PAGE);
  const ids = valuesOf(PAGE, "id");
  assertEquals(ids.length, new Set(ids).size);
  assertEquals(valuesOf(PAGE, "href")[0], "#summary", "the skip link is first");
  for (const link of valuesOf(PAGE, "href")) {
    assert(link.startsWith("#"), link);
    assert(ids.includes(decodeURI(link.slice(1))), link);
  }
  for (const labels of valuesOf(PAGE, "aria-labelledby")) {
    for (const id of labels.split(" ")) assert(ids.includes(id), id);
  }
  assertEquals(valuesOf(PAGE, "src"), []);
  assertEquals(valuesOf(PAGE, "on[a-z]+"), []);
  assertEquals(/<script|https?:|url\(|@import|[^:]\/\//.exec(PAGE), null);
});

Deno.test("renderHtml() has every cell in the summary and in its scenario", () => {
  const ids = valuesOf(PAGE, "id");
  const links = valuesOf(PAGE, "href");
  for (const cell of RESULT.cells) {
    const id = anchorOf(cell.scenario, cell.strategy);
    assert(ids.includes(id), id);
    // A strategy of the user's has a row, and no column in the fixture's table.
    if (RESULT.options.strategies.includes(cell.strategy)) {
      assert(links.includes(`#${id}`), id);
    }
    if (cell.expectation) assertStringIncludes(PAGE, cell.expectation.text);
  }
  assertStringIncludes(PAGE, "11 of 31 calls failed, not 1; the last call");
  assertStringIncludes(PAGE, "Skipped: it has no pin.");
  assertStringIncludes(PAGE, "not so after 20000 ms");
  assertEquals(PAGE.split('role="img"').length - 1, 5);
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
    assertStringIncludes(stderr.text, `The page is in ${html}\n`);
  } finally {
    await Deno.remove(html);
  }
});

Deno.test("eventLines() counts the pings in one line", () => {
  const event = (kind: CellFigures["events"][number]["kind"], atMs: number) =>
    ({ atMs, kind, member: "m1", text: null }) as const;
  const { lines } = eventLines({
    ...figuresAt(0),
    events: [event("ready", 5), event("ping", 10), event("ping", 20)],
  });
  assertEquals(lines, ["5 ms: m1 is ready", "HTTP/2 pings: 2 to m1"]);
});

Deno.test("headlineOf() goes by the worst of what callers saw", () => {
  const headline = (changes: Partial<CellFigures>) =>
    headlineOf(cellWith({ calls: 0, failed: 0, ...changes }));
  const watch = { wanted: 3, duringFault: 3, gaps: 0, duplicates: 0 };
  assertEquals(headline({}), { outcome: "quiet", text: "3 connections" });
  assertEquals(headline({ measures: { "ms to fail": 7.4 } }), {
    outcome: "quiet",
    text: "7 ms to fail",
  });
  assertEquals(headline({ calls: 30 }).outcome, "none");
  assertEquals(headline({ calls: 30, failed: 3 }).outcome, "few");
  assertEquals(headline({ calls: 30, failed: 4 }).outcome, "many");
  assertEquals(headline({ calls: 8, failed: 8 }).outcome, "all");
  assertEquals(headline({ watch }).outcome, "none");
  assertEquals(headline({ watch: { ...watch, duringFault: 0 } }), {
    outcome: "all",
    text: "0 of 3 events in time",
  });
  assertEquals(headline({ watch: { ...watch, gaps: 1 } }).outcome, "many");
  assertEquals(headline({ calls: 30, lease: "lost" }), {
    outcome: "all",
    text: "0 of 30 failed, lease lost",
  });
});

Deno.test("sectionOf() knows the section of every number", () => {
  assertEquals(sectionOf(15), "Silent endpoints");
  assertEquals(sectionOf(16), "Connection loss, shutdown, restart");
  assertEquals(sectionOf(101), "Layers above the balancer");
  assertEquals(sectionOf(102), "Others");
});

Deno.test("thinCalls() says what it leaves out, and keeps the slowest", () => {
  const few = marksOf("..x.");
  assertEquals(thinCalls(few, 4), { drawn: few, caption: undefined });
  const many = marksOf(`${".".repeat(100)}${"x".repeat(10)}`)
    .map((mark, at) => at === 1 ? { ...mark, durationMs: 9 } : mark);
  const { drawn, caption } = thinCalls(many, 30);
  assertEquals(drawn.filter(({ ok }) => !ok).length, 10);
  assertEquals(drawn.filter(({ ok }) => ok).length, 21);
  assert(drawn.some(({ durationMs }) => durationMs === 9));
  assertEquals(
    caption,
    "31 of 110 calls are drawn: every 5th that succeeded, every one that failed, and the slowest",
  );
});

Deno.test("laneSpans() counts from the fault, and shows a pin where it is ready", () => {
  const event = (
    atMs: number,
    kind: CellFigures["events"][number]["kind"],
    member: string | null,
  ) => ({ atMs, kind, member, text: null });
  const figures: CellFigures = {
    ...figuresAt(0),
    marks: marksOf("."),
    faultMs: 100,
    faultEndMs: 300,
    events: [
      event(-50, "connecting", "m1"),
      event(20, "ready", "m1"),
      event(20, "pin", "m1"),
      event(150, "connecting", "m1"),
      event(200, "pin", null),
      event(260, "closed", "m1"),
    ],
  };
  const scale = scaleOf([cellWith(figures)]);
  assertEquals(scale.fromMs, -103);
  assertEquals(scale.toMs, 203);
  assertEquals(
    laneSpans(figures, { scale, members: ["m1", "m2"] })
      .map(({ kind, fromMs, toMs }) => [kind, fromMs, toMs]),
    [
      ["connecting", -103, -80],
      ["ready", -80, 50],
      ["connecting", 50, 160],
      ["closed", 160, 200],
      ["pinned", -80, 50],
    ],
  );
});
