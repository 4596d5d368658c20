import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import { renderReport } from "../../../../../tools/compare/report/_report.ts";
import { verdictText } from "../../../../../tools/compare/report/_verdict.ts";
import type { CompareResult } from "../../../../../tools/compare/result/_result.ts";
import { RESULT } from "../_example_result.ts";

const AT_100_COLUMNS = `The strategies of etcd's clients under the same faults
etcd 3.5.16, 3 members · Deno 2.9.6 · calls time out after 1000 ms · 2026-11-21 08:00 UTC ·
took 1 min 33 s

A balancer strategy decides which members of a cluster a client connects to, and which member a call
goes to. etcdeno, the etcd client for Deno, Node and Bun, has four strategies: three designs of
etcd's own client in Go, and one that goes by evidence. docs/balancers.md helps to choose.
 grpc1.23  Connects to every member, and each call goes to the next one. Take this one, the default:
           the load is even, and a fault of one member of three stops one call in three at most.
 grpc1.7   Connects to one member, and leaves it when a call to it times out or fails. Take it if a
           silent member must not cost more than one call, or if connections must be few.
 grpc1.0   Connects to every member, but uses one until the connection to it is lost. To compare
           with, not to run: behind a silent member every call fails.

            failed  first    last  open  spread       writes       calls,
   strategy /calls     ok    fail        m1/m2/m3     a≤b≤c        one by one

#37 put on an isolated follower · its links to the other members are cut
 = grpc1.0     8/8  never  1.00 s     3  0/0/0                     ××××××××
 ≠ grpc1.7¹  11/31   2 ms  1.00 s   2→1  0/20/0                    ·×··×··×··×··×··×··×··×··×··×▒
 ✘ grpc1.23  failed: Error: Cannot go on without a leader: not so after 20000 ms

#25 eight writers on one key through six resets · all connections are reset six times
 = grpc1.0² 80/685   2 ms  206 ms     3  205/200/200  605≤640≤685  ··×·
 – grpc1.7   skipped: it has no pin
 ○ mine        0/4   2 ms       –     3  0/4/0        4≤4≤4        ····

#93 connections of an idle client · no fault
 = grpc1.0       –      –       –     3  –

Not as expected

 ≠ grpc1.7 | #37 put on an isolated follower
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
 [M]  measured on etcd's Go clients

 failed/calls  calls that failed, of those made from the moment of the fault; they are made in a
               loop of 30, which stops after 8 if all of these have failed
 first ok      time from the fault to the end of the first call that succeeded
 last fail     time from the fault to the end of the last call that failed
 open          connections; 3→1: three at once at most, one at the end
 spread        calls each member served, m1/m2/m3; a fault of one member is one of m1, which is the
               pin of the strategies that have one
 writes        a: puts that succeeded; b: puts that the store has; c: those of a and those that
               failed, which may have been applied
 calls         one by one: · succeeded, × failed; where a mark stands for several calls, ▒ some
               failed
 =             as expected: what was measured is what this client is expected to do under that
               strategy; where the design of a strategy loses calls, failed calls are expected;
               \`deno task compare --list\` says what is expected, and what Go's client does
 ≠             not as expected
 ○             not judged: nothing is expected
 cell          one scenario under one strategy, over one transport: one line of the table

7 cells: 3 as expected, 2 not as expected, 1 not judged, 1 skipped
`;

const TABLE_AT_80_COLUMNS =
  `The strategies of etcd's clients under the same faults
etcd 3.5.16, 3 members · Deno 2.9.6 · calls time out after 1000 ms ·
2026-11-21 08:00 UTC · took 1 min 33 s

A balancer strategy decides which members of a cluster a client connects to, and
which member a call goes to. etcdeno, the etcd client for Deno, Node and Bun,
has four strategies: three designs of etcd's own client in Go, and one that goes
by evidence. docs/balancers.md helps to choose.
 grpc1.23  Connects to every member, and each call goes to the next one. Take
           this one, the default: the load is even, and a fault of one member of
           three stops one call in three at most.
 grpc1.7   Connects to one member, and leaves it when a call to it times out or
           fails. Take it if a silent member must not cost more than one call,
           or if connections must be few.
 grpc1.0   Connects to every member, but uses one until the connection to it is
           lost. To compare with, not to run: behind a silent member every call
           fails.

            failed  first    last  open  spread       writes
   strategy /calls     ok    fail        m1/m2/m3     a≤b≤c

#37 put on an isolated follower · its links to the other members are cut
 = grpc1.0     8/8  never  1.00 s     3  0/0/0
 ≠ grpc1.7¹  11/31   2 ms  1.00 s   2→1  0/20/0
 ✘ grpc1.23  failed: Error: Cannot go on without a leader: not so after 20000 ms

#25 eight writers on one key through six resets
   all connections are reset six times
 = grpc1.0² 80/685   2 ms  206 ms     3  205/200/200  605≤640≤685
 – grpc1.7   skipped: it has no pin
 ○ mine        0/4   2 ms       –     3  0/4/0        4≤4≤4

#93 connections of an idle client · no fault
 = grpc1.0       –      –       –     3  –`;

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
  assertStringIncludes(colored, "\x1b[31m ≠ grpc1.7");
  assertStringIncludes(colored, "\x1b[32m=\x1b[39m grpc1.0");
  // deno-lint-ignore no-control-regex -- colours are control characters
  assertEquals(colored.replaceAll(/\x1b\[\d+m/g, ""), plain);
});

Deno.test("renderReport() has a mark per call only where there are calls", () => {
  const cells = RESULT.cells.filter(({ scenario }) => scenario.id === 93);
  const text = renderReport({ ...RESULT, cells }, {
    columns: 100,
    color: false,
  });
  assertStringIncludes(text, "= grpc1.0");
  assertNotMatch(text, /one by one/);
  assertNotMatch(text, /writes/);
});

Deno.test("renderReport() has what was counted below a row where it has no room beside it", () => {
  const words = Array.from({ length: 9 }, (_, at) => `losses of kind ${at}`);
  const cells = RESULT.cells.slice(0, 1).map((cell) =>
    "figures" in cell
      ? {
        ...cell,
        figures: {
          ...cell.figures,
          measures: Object.fromEntries(words.map((text) => [text, 1])),
        },
      }
      : cell
  );
  const text = renderReport({ ...RESULT, cells }, {
    columns: 80,
    color: false,
  });
  assertEquals(text.split("\n").filter(({ length }) => length > 80), []);
  for (const word of words) {
    assertMatch(text, new RegExp(`1 ${word.replaceAll(" ", "\\s+")}`));
  }
});

Deno.test("renderReport() says which strategy to take, and what the letters mean", () => {
  const render = (strategies: readonly string[]) =>
    renderReport({ ...RESULT, options: { ...RESULT.options, strategies } }, {
      columns: 120,
      color: false,
    });
  const text = render(["grpc1.0", "mine"]);
  assertStringIncludes(text, "To compare with, not to run");
  assertNotMatch(text, /Take this one/);
  assertNotMatch(render(["mine"]), /balancer strategy/);
  assertStringIncludes(text, "\n [M]  measured on etcd's Go clients\n");
  assertNotMatch(text, /\[T\]|✔/);
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
      "\n7 cells: 1 as expected, 2 not as expected, 4 not run: interrupted\n",
    ),
  );
});

Deno.test("verdictText() counts the cells by how they ended", () => {
  assertEquals(
    verdictText(RESULT),
    "7 cells: 3 as expected, 2 not as expected, 1 not judged, 1 skipped",
  );
  const good: CompareResult = { ...RESULT, cells: RESULT.cells.slice(0, 1) };
  assertEquals(verdictText(good), "1 cell: 1 as expected, 0 not as expected");
  assertEquals(
    verdictText({ ...good, ended: "failed", failure: "no ports left" }),
    "1 cell: 1 as expected, 0 not as expected; the run ended early: no ports left",
  );
});
