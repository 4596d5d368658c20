import {
  assert,
  assertEquals,
  assertNotMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  repeated,
  runsOf,
} from "../../../../../tools/compare/result/_repeats.ts";
import { renderReport } from "../../../../../tools/compare/report/_report.ts";
import type {
  CellRun,
  CompareCell,
} from "../../../../../tools/compare/result/_result.ts";
import { figures, RESULT } from "../_example_result.ts";

function ended(
  verdict: "expected" | "unexpected",
  changes: Parameters<typeof figures>[1],
): CellRun {
  return {
    verdict,
    figures: figures("..x.", { lastFailureMs: 1_000, ...changes }),
    deviations: verdict === "unexpected" ? ["it went wrong"] : [],
    seconds: 2,
  };
}

const THREW: CellRun = { verdict: "threw", error: "bad", seconds: 1 };
const RUNS: readonly CellRun[] = [
  ended("expected", {
    failed: 0,
    firstSuccessMs: 2,
    measures: { "ms until the event": 40 },
    writes: { acked: 4, applied: 4 },
  }),
  ended("unexpected", {
    failed: 2,
    firstSuccessMs: null,
    connectionsEnd: 1,
    measures: { "ms until the event": 50 },
  }),
  ended("unexpected", { failed: 3, firstSuccessMs: null }),
  ended("expected", { failed: 1, firstSuccessMs: 12 }),
];

function cellOf(runs: readonly CellRun[]): CompareCell {
  const [head] = RESULT.cells;
  assert(head?.expectation);
  const { scenario, strategy, expectation } = head;
  return { scenario, strategy, expectation, ...repeated(runs) };
}

Deno.test("repeated() is one run as it was", () => {
  const [run] = RUNS;
  assert(run);
  assertEquals(repeated([run]), run);
  assertThrows(() => repeated([]), Error, "there is none");
});

Deno.test("repeated() has the first of the worst runs, and all of them", () => {
  const { runs, ranges: _, ...shown } = repeated(RUNS);
  assertEquals(runs, RUNS);
  assertEquals(shown, RUNS[1] as typeof shown);
  assertEquals(repeated([...RUNS, THREW]).verdict, "threw");
  assertEquals(repeated([THREW, ...RUNS]).verdict, "threw");
  assertEquals(runsOf(cellOf(RUNS)), RUNS);
  assertEquals(runsOf(cellOf(RUNS.slice(0, 1))).length, 1);
  assertEquals(
    RESULT.cells.filter(({ verdict }) => verdict === "skipped").flatMap(runsOf),
    [],
  );
});

Deno.test("repeated() gives median and range of every number", () => {
  const { ranges } = repeated([...RUNS, THREW]);
  const of = (name: string) => ranges?.[name];
  assertEquals(of("failed"), { median: 1, least: 0, most: 3, count: 4 });
  assertEquals(of("firstSuccessMs"), {
    median: 2,
    least: 2,
    most: 12,
    count: 2,
  });
  assertEquals(of("measures.ms until the event")?.most, 50);
  assertEquals(of("writes.applied")?.median, 4);
  assertEquals(of("errors.timeout")?.count, 4);
  assertEquals(of("faultEndMs"), undefined);
  assertEquals(of("endedWell"), undefined);
});

Deno.test("renderReport() shows medians and ranges of repeated cells", () => {
  const render = (runs: readonly CellRun[]) =>
    renderReport({
      ...RESULT,
      options: { ...RESULT.options, runs: runs.length },
      cells: [cellOf(runs)],
    }, { columns: 120, color: false });
  const text = render(RUNS);
  assertStringIncludes(text, " · 4 runs of each cell");
  assertStringIncludes(
    text,
    " ≠ grpc1.0  1/4 (0–3)  2 ms (2–12, 2 of 4 runs)  1.00 s  3 (1–3)",
  );
  assertStringIncludes(text, "\n   runs      2 of 4\n");
  assertStringIncludes(text, "40 (40–50, 2 of 4 runs) ms until the event");
  assertStringIncludes(text, "the median of 4 runs, and their range");
  const once = render(RUNS.slice(0, 1));
  assertNotMatch(once, /median|runs/);
});
