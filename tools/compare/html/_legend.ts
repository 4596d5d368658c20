/** The legend: the meaning of the marks in the timelines. */
import * as Plot from "@observablehq/plot";
import { Markup, markup } from "./_markup.ts";
import {
  barStyle,
  DOCUMENT,
  FAILED_SYMBOLS,
  MEMBER_SYMBOLS,
  memberColor,
  NOTE_SYMBOL,
  PING_DOT,
  svgText,
} from "./_svg.ts";
import type { LaneSpan } from "./_timeline.ts";

const SIZE = { width: 34, height: 19 } as const;
const MIDDLE = [{ x: 0.5, y: 0.5 }] as const;

type Entry = readonly [marks: readonly Plot.Markish[], text: string];

/** The legend of all timelines. */
export function chartLegend(members: readonly string[]): Markup {
  const entries = [...callEntries(members), ...laneEntries()];
  return markup`<p>A timeline has two parts. Above are the calls: time runs across, and a call stands the higher the longer it took; each line is ten times the one below. Below is a lane for each member: what the connection to it was at that time. Where a fault hits one member, it is ${
    members[0] ?? "the first"
  }, which is the pin of the strategies that have one.</p>
<p>Zero is the moment of the fault. The timelines of a scenario share their scales, but one that would be too short to read has its own scale of time, and says so. Marks of failures, pins and notes say more under the pointer; <em>In words</em> has the same as text.</p>
<ul class="legend chart-legend">${
    entries.map(([marks, text]) => markup`<li>${swatch(marks)} ${text}</li>`)
  }</ul>`;
}

function callEntries(members: readonly string[]): readonly Entry[] {
  const [certain, maybe] = FAILED_SYMBOLS;
  return [
    ...members.map((name, at): Entry => [
      [dot({
        symbol: MEMBER_SYMBOLS[at % MEMBER_SYMBOLS.length] ?? "circle",
        fill: memberColor(at),
        r: 4,
      })],
      `a call that ${name} answered`,
    ]),
    [[failed(certain)], "a call that failed"],
    [[failed(maybe)], "a write that failed, and may have been applied"],
    [
      [Plot.ruleY([0.5], { stroke: memberColor(0), strokeWidth: 1.5 })],
      "how long a call took, up to the mark at its end",
    ],
    [[bar({ fill: "var(--fault)" })], "while the fault lasts"],
  ];
}

function laneEntries(): readonly Entry[] {
  return [
    [[lane("pinned")], "pin: the one connection that is used"],
    [[lane("ready")], "ready: a connection that can be used"],
    [[lane("connecting")], "connecting: it is being made"],
    [[lane("idle")], "left closed: the strategy does not want it now"],
    [
      [lane("failing"), failed(FAILED_SYMBOLS[0])],
      "failing: it could not be made, and is tried again",
    ],
    [
      [dot({ symbol: "diamond", fill: "var(--ink)", r: 4.5 })],
      "the pin moves here",
    ],
    [[dot(PING_DOT)], "an HTTP/2 ping to this member"],
    [
      [Plot.tickX([0.5], {
        stroke: "var(--ink)",
        insetTop: 4,
        insetBottom: 4,
      })],
      "a watch delivers an event",
    ],
    [
      [dot({ symbol: NOTE_SYMBOL, fill: "var(--ink)", r: 4 })],
      "a note, which stands under In words",
    ],
  ];
}

function swatch(marks: readonly Plot.Markish[]): Markup {
  const svg = svgText(Plot.plot({
    document: DOCUMENT,
    ...SIZE,
    margin: 0,
    axis: null,
    x: { type: "linear", domain: [0, 1] },
    y: { type: "linear", domain: [0, 1] },
    marks: [...marks],
  }));
  return new Markup(svg.replace("<svg ", '<svg aria-hidden="true" '));
}

function dot(style: Plot.DotOptions): Plot.Markish {
  return Plot.dot(MIDDLE, { x: "x", y: "y", ...style });
}

function failed(symbol: typeof FAILED_SYMBOLS[number]): Plot.Markish {
  return dot({ symbol, stroke: "var(--bad)", strokeWidth: 2, r: 4 });
}

function lane(kind: LaneSpan["kind"]): Plot.Markish {
  const { height } = SIZE;
  return bar(
    barStyle(kind, { color: memberColor(0), height, middle: height / 2 }),
  );
}

function bar(style: Plot.RectOptions): Plot.Markish {
  return Plot.rect([{ x1: 0, x2: 1, y1: 0, y2: 1 }], {
    x1: "x1",
    x2: "x2",
    y1: "y1",
    y2: "y2",
    ...style,
  });
}
