// What stands where on the page of a comparison.
import { assert, assertEquals } from "@std/assert";
import { eventLines } from "../../../../../tools/compare/html/_events.ts";
import { headlineOf } from "../../../../../tools/compare/html/_outcome.ts";
import { sectionOf } from "../../../../../tools/compare/html/_sections.ts";
import { thinCalls } from "../../../../../tools/compare/html/_thin.ts";
import {
  laneSpans,
  scaleOf,
} from "../../../../../tools/compare/html/_timeline.ts";
import type { CellFigures } from "../../../../../tools/compare/result/_result.ts";
import { cellWith, figuresAt, marksOf } from "./_cells.ts";

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

Deno.test("headlineOf() says who served where there is no fault", () => {
  const cell = cellWith({ calls: 670, failed: 0, spread: [0, 670, 0] });
  const steady = { ...cell.scenario, fault: "none" };
  assertEquals(headlineOf({ ...cell, scenario: steady }), {
    outcome: "none",
    text: "0 of 670 failed, served 0/670/0",
  });
  assertEquals(headlineOf(cell).text, "0 of 670 failed");
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
