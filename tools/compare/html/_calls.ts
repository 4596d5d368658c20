/** The upper part of a timeline: every call. */
import * as Plot from "@observablehq/plot";
import { failureText } from "./_events.ts";
import {
  FAILED_SYMBOLS,
  layout,
  MEMBER_SYMBOLS,
  memberColor,
  msPerPixel,
  shade,
  svgText,
  type TimelineParts,
} from "./_svg.ts";
import { endOf, originOf, type TimelineScale } from "./_timeline.ts";
import type { CallMark, CellFigures } from "../result/mod.ts";

/** The height of this part. */
export const CALLS_HEIGHT = 150;

/** A shorter call has no line for the time it took: its mark hides it. */
const LEAST_LINE_PX = 5;
/** The words at the end of the calls, by the room they need. */
const END_WORDS = [
  { text: "no more calls", px: 100 },
  { text: "end", px: 35 },
] as const;

/** Draws the calls: time across, latency up. */
export function callsPanel(parts: TimelineParts): string {
  const { figures, scale } = parts;
  return svgText(
    Plot.plot({
      ...layout(CALLS_HEIGHT, parts),
      marginTop: 12,
      marginBottom: 6,
      y: { type: "log", domain: [scale.leastLatencyMs, scale.mostLatencyMs] },
      marks: [
        shade(figures, scale),
        ...latencyAxis(scale),
        ...lines(parts),
        ...succeeded(parts),
        ...failed(parts),
        ...endOfRun(parts),
      ],
    }),
  );
}

function latencyAxis(scale: TimelineScale): Plot.Markish[] {
  return [
    Plot.gridY(latencyTicks(scale), {
      stroke: "var(--line)",
      strokeOpacity: 1,
    }),
    Plot.axisY(latencyTicks(scale), {
      tickSize: 0,
      tickFormat: (ms: number) => ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`,
      label: null,
    }),
  ];
}

/** The calls by the member they went to, each with how it is drawn. */
function groupsOf({ members }: TimelineParts) {
  return [...members, null].map((name, at) => ({
    color: memberColor(name === null ? -1 : at),
    symbol: MEMBER_SYMBOLS[at % MEMBER_SYMBOLS.length] ?? "circle",
    has: ({ member }: CallMark) =>
      name === null ? !members.includes(member ?? "") : member === name,
  }));
}

/** Draws the time each call took; short ones have their mark alone. */
function lines(parts: TimelineParts): Plot.Markish[] {
  const { figures, drawn, scale, frame } = parts;
  const leastMs = LEAST_LINE_PX * msPerPixel(frame, scale);
  const long = drawn.filter(({ durationMs }) => durationMs >= leastMs);
  return groupsOf(parts).map(({ color, has }) =>
    Plot.ruleY(long.filter(has), {
      x1: ({ startMs }: CallMark) => startMs - originOf(figures),
      x2: endOfCall(figures),
      y: latency(parts),
      stroke: color,
      strokeWidth: 1.5,
    })
  );
}

function succeeded(parts: TimelineParts): Plot.Markish[] {
  const { figures, drawn } = parts;
  return groupsOf(parts).map(({ color, has, symbol }) =>
    Plot.dot(drawn.filter((mark) => mark.ok && has(mark)), {
      x: endOfCall(figures),
      y: latency(parts),
      fill: color,
      symbol,
      r: 2.6,
    })
  );
}

function failed(parts: TimelineParts): Plot.Markish[] {
  const { figures, drawn } = parts;
  return FAILED_SYMBOLS.map((symbol, maybe) =>
    Plot.dot(
      drawn.filter(({ ok, maybeCommitted }) =>
        !ok && maybeCommitted === (maybe === 1)
      ),
      {
        x: endOfCall(figures),
        y: latency(parts),
        stroke: "var(--bad)",
        strokeWidth: 2,
        symbol,
        r: 4,
        title: failureText,
      },
    )
  );
}

/** Says where the calls end, if the scale goes on for a while. */
function endOfRun({ figures, scale, frame }: TimelineParts): Plot.Markish[] {
  const endMs = endOf(figures, scale);
  const left = (scale.toMs - endMs) / msPerPixel(frame, scale);
  const words = END_WORDS.find(({ px }) => px <= left);
  if (words === undefined) return [];
  return [
    Plot.ruleX([endMs], { stroke: "var(--dim)", strokeDasharray: "2,3" }),
    Plot.text([endMs], {
      x: endMs,
      text: () => words.text,
      frameAnchor: "top",
      textAnchor: "start",
      dx: 6,
      dy: 12,
      fill: "var(--dim)",
    }),
  ];
}

/** The height of a call: on the floor if it took next to nothing. */
function latency({ scale }: TimelineParts) {
  return ({ durationMs }: CallMark): number =>
    Math.max(durationMs, scale.leastLatencyMs);
}

function endOfCall(figures: CellFigures) {
  return ({ startMs, durationMs }: CallMark): number =>
    startMs + durationMs - originOf(figures);
}

/** The powers of ten in the scale. */
function latencyTicks(
  { leastLatencyMs, mostLatencyMs }: TimelineScale,
): readonly number[] {
  const ticks: number[] = [];
  let ms = 10 ** Math.ceil(Math.log10(leastLatencyMs));
  for (; ms <= mostLatencyMs; ms *= 10) ticks.push(ms);
  return ticks;
}
