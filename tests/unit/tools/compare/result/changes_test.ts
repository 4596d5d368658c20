// What counts as a change between two results, and what is chance.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  aspectText,
  changedName,
  changeLines,
  changesText,
} from "../../../../../tools/compare/report/_changes.ts";
import { changesBetween } from "../../../../../tools/compare/result/_changes.ts";
import { repeated } from "../../../../../tools/compare/result/_repeats.ts";
import type {
  CellFigures,
  CompareCell,
  CompareResult,
} from "../../../../../tools/compare/result/_result.ts";
import { paintFor } from "../../../../../tools/output/_text.ts";
import { figures, RESULT } from "../_example_result.ts";

const LATER = 1_000;

/** A result of one cell whose runs have these figures. */
function resultOf(
  runs: readonly CellFigures[],
  changes: Partial<CompareResult> = {},
): CompareResult {
  const [cell] = RESULT.cells;
  assert(cell?.verdict === "expected");
  const { scenario, strategy } = cell;
  const all = runs.map((figures) => ({
    verdict: "expected" as const,
    figures,
    deviations: [],
    seconds: 1,
  }));
  const cells: CompareCell[] = [{ scenario, strategy, ...repeated(all) }];
  return { ...RESULT, ...changes, cells };
}

/** Calls of which one comes late: the last failure moves the end. */
function slower(strip: string, ms: number): CellFigures {
  const plain = figures(strip);
  return figures(strip, {
    marks: plain.marks.map((mark) => ({ ...mark, startMs: mark.startMs + ms })),
  });
}

/** The kinds of what has changed. */
function kinds(
  was: readonly CellFigures[],
  is: readonly CellFigures[],
): readonly string[] {
  const { changed } = changesBetween([resultOf(was)], [resultOf(is)]);
  return changed.flatMap(({ aspects }) => aspects.map(({ kind }) => kind));
}

Deno.test("changesBetween() finds none in the same result", () => {
  const { changed, compared, added } = changesBetween([RESULT], [RESULT]);
  assertEquals([changed, compared, added], [[], RESULT.cells.length, 0]);
});

Deno.test("changesBetween() tells shares that are a tenth apart in every run", () => {
  const [one, four, six] = [1, 4, 6].map((failed) =>
    figures("x".repeat(failed) + ".".repeat(20 - failed))
  );
  assert(one && four && six);
  assertEquals(kinds([one], [four]), ["failed"]);
  assertEquals(kinds([four], [one]), ["failed"]);
  assertEquals(kinds([one, six], [four]), [], "one run was as bad");
  assertEquals(kinds([one, four], [four, six]), []);
  assertEquals(kinds([figures("x" + ".".repeat(29))], [one]), [], "3 and 5 %");
});

Deno.test("changesBetween() tells times that are far apart, and those that end", () => {
  const quick = figures("x....");
  assertEquals(kinds([quick], [slower("x....", LATER)]), ["back"]);
  assertEquals(kinds([quick], [slower("x....", LATER / 4)]), []);
  const [late, later] = [4, 5].map((n) => slower("x....", n * LATER));
  assert(late && later);
  assertEquals(kinds([late], [later]), [], "a fourth more");
  assertEquals(kinds([quick], [figures(".x..x..x.")]), ["failed", "back"]);
});

Deno.test("changesBetween() tells verdicts, leases and events", () => {
  const before = resultOf([figures("....")]);
  const cells = before.cells.map((cell): CompareCell => {
    assert(cell.verdict === "expected");
    return { ...cell, verdict: "unexpected", deviations: ["too slow"] };
  });
  const { changed: [change] } = changesBetween([before], [{
    ...before,
    cells,
  }]);
  assertEquals(change?.aspects, [{ kind: "verdict" }]);
  const kept = figures("", { lease: "kept" });
  assertEquals(kinds([kept], [figures("", { lease: "lost" })]), ["lease"]);
  assertEquals(kinds([kept], [figures("", { lease: "lost" }), kept]), []);
  const watch = { wanted: 2, duringFault: 2, gaps: 0, duplicates: 0 };
  assertEquals(
    kinds([figures("..", { watch })], [
      figures("..", { watch: { ...watch, duringFault: 1 } }),
    ]),
    ["late"],
  );
});

Deno.test("changesBetween() knows servers by their minor version, and their transport", () => {
  const was = resultOf([figures("....")]);
  const server = (version: string) => ({
    etcd: { ...RESULT.etcd, version },
  });
  const same = resultOf([figures("xx..")], server("3.5.30"));
  assertEquals(changesBetween([was], [same]).changed.length, 1);
  const other = resultOf([figures("xx..")], server("3.6.1"));
  const { changed, compared, added } = changesBetween([was], [other]);
  assertEquals([changed, compared, added], [[], 0, 1]);
  // A file of one transport names it in its options only.
  const over = {
    ...RESULT.options,
    transports: ["http2"] as const,
  };
  const named = (transport: "http2" | "grpc-js"): CompareResult => ({
    ...same,
    etcd: was.etcd,
    cells: same.cells.map((cell) => ({ ...cell, transport })),
  });
  const old = { ...was, options: over };
  assertEquals(changesBetween([old], [named("http2")]).compared, 1);
  assertEquals(changesBetween([old], [named("grpc-js")]).compared, 0);
});

Deno.test("changeLines() says in words what was, and what is", () => {
  const changes = changesBetween(
    [resultOf([figures("x....")])],
    [resultOf([figures(".x..x..x."), figures("xxxxxxxx")])],
  );
  const [change] = changes.changed;
  assert(change !== undefined);
  assertEquals(
    changesText(changes),
    "1 of 1 cell has changed since the earlier result",
  );
  assertEquals(
    changedName(change),
    "etcd 3.5.16 | grpc1.0 | #37 put on an isolated follower",
  );
  assertEquals(change.aspects.map((aspect) => aspectText(aspect, change)), [
    "failed calls: 33 % to 100 %, were 20 %",
    "back after never, was 2 ms",
  ]);
  const lines = changeLines(changes, {
    columns: 80,
    paint: paintFor({ color: false }),
  });
  assertStringIncludes(lines.join("\n"), " ~ etcd 3.5.16 | grpc1.0 | #37");
  assertEquals(
    changesText({ changed: [], compared: 0, added: 3 }),
    "No cell can be compared: the earlier result has none of them",
  );
});
