// What is summed up of each class of faults.
import { assert, assertEquals } from "@std/assert";
import { CATALOGUE } from "../../../../scenarios/catalogue.ts";
import {
  FAULT_CLASS_NAMES,
  FAULT_CLASSES,
} from "../../../../scenarios/fault_class.ts";
import {
  scoredStrategies,
  scoresOf,
  typicalMs,
} from "../../../../../tools/compare/report/_scores.ts";
import { RESULT } from "../_example_result.ts";

Deno.test("every class of faults has scenarios, and one without a fault says so", () => {
  const used = new Set(CATALOGUE.map(({ faultClass }) => faultClass));
  assertEquals(FAULT_CLASS_NAMES.filter((name) => !used.has(name)), []);
  const quiet = CATALOGUE.filter(({ fault }) => fault === "none");
  assert(quiet.length > 5);
  for (const { id, faultClass } of quiet) {
    assertEquals(faultClass, "none", `#${id}`);
  }
  const titles = FAULT_CLASS_NAMES.map((name) => FAULT_CLASSES[name].title);
  assertEquals(titles.length, new Set(titles).size);
});

Deno.test("scoresOf() has a score per class and strategy, the one to take first", () => {
  assertEquals(scoredStrategies([RESULT]), ["grpc1.23", "grpc1.7", "grpc1.0"]);
  const scores = scoresOf([RESULT]);
  assertEquals(
    scores.map(({ faultClass, scenarios }) => [
      faultClass,
      scenarios.map(({ id }) => id),
    ]),
    [["isolated", [37]], ["cut", [25]]],
    "the idle client has no fault",
  );
  const [isolated, cut] = scores.map(({ scores }) =>
    scores.map(({ strategy, failedShare, backAfterMs }) => [
      strategy,
      failedShare === undefined ? undefined : Math.round(100 * failedShare),
      backAfterMs,
    ])
  );
  assertEquals(isolated, [
    ["grpc1.23", undefined, []],
    ["grpc1.7", 35, [null]],
    ["grpc1.0", 100, [null]],
  ]);
  assertEquals(cut, [
    ["grpc1.23", undefined, []],
    ["grpc1.7", undefined, []],
    ["grpc1.0", 25, [null]],
  ]);
});

Deno.test("scoresOf() counts each scenario the same, over all servers", () => {
  const isolated = RESULT.cells.filter(({ scenario }) => scenario.id === 37);
  const [cell] = isolated;
  assert(cell?.verdict === "expected");
  const good = cell.figures.marks.map((mark) => ({ ...mark, ok: true }));
  const figures = { ...cell.figures, failed: 0, marks: good };
  const other = { ...cell, scenario: { ...cell.scenario, id: 38 }, figures };
  const results = [
    { ...RESULT, cells: [cell, other] },
    { ...RESULT, cells: [cell, cell, { ...cell, figures }] },
  ];
  const score = scoresOf(results)[0]?.scores.at(-1);
  assert(score !== undefined);
  assertEquals(score.failedShare, 0.375, "of 3/4 and 0");
  assertEquals(score.backAfterMs, [1, 1, null, null, null]);
  assertEquals(typicalMs(score), null);
});

Deno.test("typicalMs() is the time in the middle", () => {
  assertEquals(typicalMs({ backAfterMs: [] }), undefined);
  assertEquals(typicalMs({ backAfterMs: [1, 2, 9] }), 2);
  assertEquals(typicalMs({ backAfterMs: [1, null] }), null);
  assertEquals(typicalMs({ backAfterMs: [1, 2, null] }), 2);
});
