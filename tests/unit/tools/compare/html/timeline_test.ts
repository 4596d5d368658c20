// The drawing of one cell of a comparison.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { drawTimeline } from "../../../../../tools/compare/html/_chart.ts";
import { FRAMES } from "../../../../../tools/compare/html/_svg.ts";
import {
  laneSpans,
  scaleFor,
  scaleOf,
} from "../../../../../tools/compare/html/_timeline.ts";
import type {
  CellEvent,
  CellFigures,
} from "../../../../../tools/compare/result/_result.ts";
import { cellWith, figuresAt } from "./_cells.ts";

const MEMBERS = ["m1", "m2", "m3"];

function event(
  atMs: number,
  kind: CellEvent["kind"],
  member: string | null,
): CellEvent {
  return { atMs, kind, member, text: null };
}

/** Calls of some length, one after the other. */
function figuresOf(durationsMs: readonly number[]): CellFigures {
  let startMs = 0;
  const marks = durationsMs.map((durationMs) => {
    const mark = {
      startMs,
      durationMs,
      ok: durationMs < 1_000,
      member: "m2",
      code: null,
      maybeCommitted: false,
    };
    startMs += durationMs;
    return mark;
  });
  return { ...figuresAt(0), marks, faultMs: 0, faultEndMs: null, events: [] };
}

/** #37 under `grpc1.7`, as it was measured: the pin moves after a second. */
const MOVED: CellFigures = {
  ...figuresOf([1_000, ...Array(29).fill(1.8)]),
  events: [
    event(-5, "connecting", "m1"),
    event(-1, "ready", "m1"),
    event(-1, "pin", "m1"),
    event(1_000, "idle", "m1"),
    event(1_000, "connecting", "m2"),
    event(1_000, "pin", null),
    event(1_003, "ready", "m2"),
    event(1_003, "pin", "m2"),
  ],
};
/** The same under `grpc1.23`, which takes ten times as long. */
const LONG = figuresOf(Array(10).fill(1_001));

function draw(figures: CellFigures, shared = scaleOf([cellWith(figures)])) {
  const scale = scaleFor(figures, shared);
  const svg = drawTimeline(
    { figures, drawn: figures.marks, scale, members: MEMBERS },
    { id: "a", title: "A title", description: "A description" },
  ).text;
  return { scale, drawings: svg.split(/(?=<svg class="timeline)/) };
}

/** How often a text stands in a drawing. */
function count(drawing: string, text: string): number {
  return drawing.split(`>${text}</text>`).length - 1;
}

Deno.test("a timeline that is short beside the others is drawn so that its lanes can be read", () => {
  const shared = scaleOf([cellWith(MOVED), cellWith(LONG)]);
  assert(!scaleFor(LONG, shared).own);
  const { scale, drawings: [wide = "", narrow = ""] } = draw(MOVED, shared);
  assert(scale.own);
  assertEquals(scale.leastLatencyMs, shared.leastLatencyMs);
  const pin = laneSpans(MOVED, { scale, members: MEMBERS })
    .find(({ lane, kind }) => lane === "m2" && kind === "pinned");
  assert(pin !== undefined);
  const share = (pin.toMs - pin.fromMs) / (scale.toMs - scale.fromMs);
  assert(share * 764 > 30, `the second pin has ${share * 764} px`);
  assertEquals(count(wide, "pin"), 2, "one for each pin");
  assertEquals(count(narrow, "pin"), 1, "where there is room");
});

Deno.test("a timeline is drawn for wide and for narrow screens, with its own names", () => {
  const { drawings } = draw(LONG);
  assertEquals(drawings.length, FRAMES.length);
  for (const [at, { name, width }] of FRAMES.entries()) {
    const drawing = drawings[at] ?? "";
    assertStringIncludes(drawing, `class="timeline ${name}"`);
    assertStringIncludes(drawing, `viewBox="0 0 ${width} `);
    assertStringIncludes(drawing, `id="a-${name}-t"`);
  }
});

Deno.test("a timeline says where the calls end, if others go on", () => {
  const shared = scaleOf([cellWith(LONG)]);
  const { drawings: [wide = "", narrow = ""] } = draw(
    figuresOf(Array(8).fill(1_001)),
    shared,
  );
  assertEquals(count(wide, "no more calls"), 1);
  assertEquals(count(narrow, "end"), 1);
  assertEquals(count(draw(LONG, shared).drawings[0] ?? "", "no more calls"), 0);
});

Deno.test("a timeline has calls that took next to nothing above its lanes", () => {
  const figures = figuresOf([0.01, 5]);
  const [calls = ""] = draw(figures).drawings[0]?.split("translate(0,150)") ??
    [];
  const dots = calls.split('aria-label="dot"').slice(1).join()
    .matchAll(/<path[^>]* transform="translate\([\d.]+,([\d.]+)\)"/g);
  const tops = [...dots].map(([, top]) => Number(top));
  assertEquals(tops.length, 2);
  for (const top of tops) assert(top <= 150, `${top} px`);
});
