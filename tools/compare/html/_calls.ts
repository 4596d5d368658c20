/** The upper part of a timeline: every call. */
import * as Plot from "@observablehq/plot";
import { failureText } from "./_events.ts";
import {
  FAILED_SYMBOLS,
  layout,
  MEMBER_SYMBOLS,
  memberColor,
  PLOT_WIDTH,
  shade,
  svgText,
  type TimelineParts,
} from "./_svg.ts";
import { originOf, type TimelineScale } from "./_timeline.ts";
import type { CallMark } from "../result/mod.ts";

/** The height of this part. */
export const CALLS_HEIGHT = 150;

/** A shorter call has no line for the time it took: its mark hides it. */
const LEAST_LINE_PX = 5;

/** Draws the calls: time across, latency up. */
export function callsPanel(
  { figures, drawn, scale, members }: TimelineParts,
): string {
  const origin = originOf(figures);
  const end = (mark: CallMark): number =>
    mark.startMs + mark.durationMs - origin;
  const start = (mark: CallMark): number => mark.startMs - origin;
  const msPerPixel = (scale.toMs - scale.fromMs) /
    PLOT_WIDTH;
  const long = drawn.filter(({ durationMs }) =>
    durationMs >= LEAST_LINE_PX * msPerPixel
  );
  const groups = [...members, null].map((name, at) => ({
    color: memberColor(name === null ? -1 : at),
    symbol: MEMBER_SYMBOLS[at % MEMBER_SYMBOLS.length] ?? "circle",
    has: ({ member }: CallMark) =>
      name === null ? !members.includes(member ?? "") : member === name,
  }));
  return svgText(
    Plot.plot({
      ...layout(CALLS_HEIGHT, scale),
      marginTop: 12,
      marginBottom: 6,
      y: { type: "log", domain: [scale.leastLatencyMs, scale.mostLatencyMs] },
      marks: [
        shade(figures, scale),
        Plot.gridY(latencyTicks(scale), {
          stroke: "var(--line)",
          strokeOpacity: 1,
        }),
        Plot.axisY(latencyTicks(scale), {
          tickSize: 0,
          tickFormat: (ms: number) =>
            ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`,
          label: null,
        }),
        ...groups.map(({ color, has }) =>
          Plot.ruleY(long.filter(has), {
            x1: start,
            x2: end,
            y: "durationMs",
            stroke: color,
            strokeWidth: 1.5,
          })
        ),
        ...groups.map(({ color, has, symbol }) =>
          Plot.dot(drawn.filter((mark) => mark.ok && has(mark)), {
            x: end,
            y: "durationMs",
            fill: color,
            symbol,
            r: 2.6,
          })
        ),
        ...FAILED_SYMBOLS.map((symbol, maybe) =>
          Plot.dot(
            drawn.filter(({ ok, maybeCommitted }) =>
              !ok && maybeCommitted === (maybe === 1)
            ),
            {
              x: end,
              y: "durationMs",
              stroke: "var(--bad)",
              strokeWidth: 2,
              symbol,
              r: 4,
              title: failureText,
            },
          )
        ),
      ],
    }),
  );
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
