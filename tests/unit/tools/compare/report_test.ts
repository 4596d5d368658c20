import {
  assert,
  assertEquals,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  renderReport,
  verdictText,
} from "../../../../tools/compare/report/_report.ts";
import type {
  CallMark,
  CompareResult,
} from "../../../../tools/compare/result/_result.ts";
import { strip } from "../../../../tools/compare/report/_strip.ts";
import { duration, minutes, wrap } from "../../../../tools/output/_text.ts";
import { RESULT } from "./_example_result.ts";

const AT_100_COLUMNS = `The generations of etcd's client under the same faults
etcd 3.5.16, 3 members · Deno 2.9.6 · calls time out after 1000 ms · 2026-11-21 08:00 UTC ·
took 1 min 33 s

            failed  first    last  open  spread       writes       calls,
   strategy /calls     ok    fail        m1/m2/m3     a≤b≤c        one by one

#37 put on an isolated follower · its links to the other members are cut
 ✔ grpc1.0     8/8  never  1.00 s     3  0/0/0                     ××××××××
 ✘ grpc1.7¹  11/31   2 ms  1.00 s   2→1  0/20/0                    ·×··×··×··×··×··×··×··×··×··×▒
 ✘ grpc1.23  failed: Error: Cannot go on without a leader: not so after 20000 ms

#25 eight writers on one key through six resets · all connections are reset six times
 ✔ grpc1.0² 80/685   2 ms  206 ms     3  205/200/200  605≤640≤685  ··×·
 – grpc1.7   skipped: it has no pin
 ○ mine        0/4   2 ms       –     3  0/4/0        4≤4≤4        ····

#93 connections of an idle client · no fault
 ✔ grpc1.0       –      –       –     3  –

Not as expected

 ✘ grpc1.7 | #37 put on an isolated follower
   expected  1 fails, the last call succeeds
   measured  11 of 31 calls failed, not 1; the last call failed
   errors    11 × timeout
   Go        one fails, then ok [M]
   because   this is a fixed text with enough words for more than one line

 ✘ grpc1.23 | #37 put on an isolated follower
   expected  every third fails
   failed    Error: Cannot go on without a leader: not so after 20000 ms
   Go        every third fails [M]

 ¹ Go's client: one fails, then ok [M]; expected here: 1 fails, the last call succeeds, because this
   is a fixed text with enough words for more than one line
 ² Go's client: acked 11 333, errors 3 292, applied 11 380 [M]; expected here: writes applied at
   most once, the last call succeeds, because Go's pin moves late

 failed/calls  calls that failed, of those made from the moment of the fault; a loop of 30 gives up
               after 8 if none of them succeeded
 first ok      from the fault to the end of the first success
 last fail     from the fault to the end of the last failure
 open          connections, the most at once → at the end
 spread        calls each member served, m1/m2/m3; a fault that hits one member hits m1, the pin of
               those that pin
 writes        acked ≤ applied ≤ acked + failed: the client was told so, the store has them, there
               may be no more
 calls         one by one: · succeeded, × failed; where a mark stands for several, ▒ some failed
 ✔ ✘           as expected of this client, or not; \`deno task compare --list\` has every expectation
               beside what Go's client does
 [M] [T]       [M] measured on etcd's Go clients, [T] asserted by their tests, [D] derived from
               their source

7 cells: 3 as expected, 2 not, 1 without an expectation, 1 skipped
`;

const TABLE_AT_80_COLUMNS =
  `The generations of etcd's client under the same faults
etcd 3.5.16, 3 members · Deno 2.9.6 · calls time out after 1000 ms ·
2026-11-21 08:00 UTC · took 1 min 33 s

            failed  first    last  open  spread       writes
   strategy /calls     ok    fail        m1/m2/m3     a≤b≤c

#37 put on an isolated follower · its links to the other members are cut
 ✔ grpc1.0     8/8  never  1.00 s     3  0/0/0
 ✘ grpc1.7¹  11/31   2 ms  1.00 s   2→1  0/20/0
 ✘ grpc1.23  failed: Error: Cannot go on without a leader: not so after 20000 ms

#25 eight writers on one key through six resets
   all connections are reset six times
 ✔ grpc1.0² 80/685   2 ms  206 ms     3  205/200/200  605≤640≤685
 – grpc1.7   skipped: it has no pin
 ○ mine        0/4   2 ms       –     3  0/4/0        4≤4≤4

#93 connections of an idle client · no fault
 ✔ grpc1.0       –      –       –     3  –`;

Deno.test("renderReport() is this at 100 columns", () => {
  assertEquals(
    renderReport(RESULT, { columns: 100, color: false }),
    AT_100_COLUMNS,
  );
});

Deno.test("renderReport() leaves out the single calls at 80 columns", () => {
  const text = renderReport(RESULT, { columns: 80, color: false });
  assertEquals(
    text.slice(0, text.indexOf("\n\nNot as expected")),
    TABLE_AT_80_COLUMNS,
  );
});

for (const columns of [70, 80, 100, 120, 200]) {
  Deno.test(`renderReport() fits into ${columns} columns`, () => {
    const lines = renderReport(RESULT, { columns, color: false }).split("\n");
    const tooLong = lines.filter(({ length }) => length > columns);
    assertEquals(tooLong, []);
    assertEquals(lines.filter((line) => line !== line.trimEnd()), []);
  });
}

Deno.test("renderReport() adds colours and nothing else", () => {
  const plain = renderReport(RESULT, { columns: 100, color: false });
  const colored = renderReport(RESULT, { columns: 100, color: true });
  assert(!plain.includes("\x1b"));
  assertStringIncludes(colored, "\x1b[31m ✘ grpc1.7");
  assertStringIncludes(colored, "\x1b[32m✔\x1b[39m grpc1.0");
  // deno-lint-ignore no-control-regex -- colours are control characters
  assertEquals(colored.replaceAll(/\x1b\[\d+m/g, ""), plain);
});

Deno.test("renderReport() has a mark per call only where there are calls", () => {
  const cells = RESULT.cells.filter(({ scenario }) => scenario.id === 93);
  const text = renderReport({ ...RESULT, cells }, {
    columns: 100,
    color: false,
  });
  assertStringIncludes(text, "✔ grpc1.0");
  assertNotMatch(text, /one by one/);
  assertNotMatch(text, /writes/);
});

Deno.test("renderReport() leaves out scenarios that had no turn", () => {
  const cells = RESULT.cells.map((cell) => {
    if (cell.scenario.id === 37) return cell;
    const { scenario, strategy } = cell;
    return { scenario, strategy, verdict: "not run" as const };
  });
  const text = renderReport({ ...RESULT, cells, ended: "interrupted" }, {
    columns: 100,
    color: false,
  });
  assert(!text.includes("#93"));
  assert(
    text.endsWith(
      "\n7 cells: 1 as expected, 2 not, 4 not run: interrupted\n",
    ),
  );
});

Deno.test("verdictText() counts the cells by how they ended", () => {
  assertEquals(
    verdictText(RESULT),
    "7 cells: 3 as expected, 2 not, 1 without an expectation, 1 skipped",
  );
  const good: CompareResult = { ...RESULT, cells: RESULT.cells.slice(0, 1) };
  assertEquals(verdictText(good), "1 cell: 1 as expected, 0 not");
  assertEquals(
    verdictText({ ...good, ended: "failed", failure: "no ports left" }),
    "1 cell: 1 as expected, 0 not; the run ended early: no ports left",
  );
});

Deno.test("strip() has a mark per call, or one for several", () => {
  const marks = (text: string): CallMark[] =>
    [...text].map((mark, at) => ({
      startMs: at,
      durationMs: 1,
      ok: mark === ".",
      member: null,
      code: null,
      maybeCommitted: false,
    }));
  assertEquals(strip(marks("x.x"), 30), "×·×");
  assertEquals(strip(marks("x.x").toReversed(), 30), "×·×");
  assertEquals(strip(marks("xxx...x.."), 3), "×·▒");
  assertEquals(strip(marks("xx..x"), 2), "×▒");
  assertEquals(strip([], 30), "");
});

Deno.test("duration() needs six columns at most", () => {
  const expected: readonly (readonly [number, string])[] = [
    [0.4, "<1 ms"],
    [0.5, "1 ms"],
    [999.4, "999 ms"],
    [999.5, "1.00 s"],
    [1_004.9, "1.00 s"],
    [9_994, "9.99 s"],
    [9_996, "10.0 s"],
    [99_949, "99.9 s"],
    [99_951, "100 s"],
  ];
  for (const [ms, text] of expected) assertEquals(duration(ms), text);
});

Deno.test("minutes() speaks of seconds below one minute", () => {
  assertEquals(
    [0, 59.4, 59.6, 60, 61, 125].map(minutes),
    ["0 s", "59 s", "1 min", "1 min", "1 min 1 s", "2 min 5 s"],
  );
});

Deno.test("wrap() indents by its lead and keeps line breaks", () => {
  assertEquals(
    wrap("one two three\nfour unbreakable", { width: 9, lead: " - " }),
    [" - one", "   two", "   three", "   four", "   unbreakable"],
  );
});
