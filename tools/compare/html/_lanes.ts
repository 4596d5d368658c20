/** The lower part of a timeline: connections, the pin, deliveries, notes. */
import * as Plot from "@observablehq/plot";
import {
  LANE_STYLES,
  layout,
  memberColor,
  NOTE_SYMBOL,
  PING_DOT,
  shade,
  svgText,
  type TimelineParts,
} from "./_svg.ts";
import { laneSpans, originOf, type TimelineScale } from "./_timeline.ts";

const LANE_HEIGHT = 19;
const AXIS_HEIGHT = 38;
const WATCH_LANE = "watch";
const NOTES_LANE = "notes";
/** Axes at least this long are counted in seconds. */
const SECONDS_FROM_MS = 2_000;

/** What a lane shows, what lies below first. */
const LANE_KINDS = [
  "idle",
  "connecting",
  "failing",
  "ready",
  "pinned",
] as const;

/** The height of this part. */
export function lanesHeight(parts: TimelineParts): number {
  return lanesOf(parts).length * LANE_HEIGHT + AXIS_HEIGHT;
}

/** Draws a lane per member, and one for what a watch delivered and for notes. */
export function lanesPanel(parts: TimelineParts): string {
  const { figures, scale, members } = parts;
  const lanes = lanesOf(parts);
  const origin = originOf(figures);
  const spans = laneSpans(figures, { scale, members });
  const bars = (kind: keyof typeof LANE_STYLES): Plot.Markish[] =>
    members.map((member, at) =>
      Plot.barX(
        spans.filter((span) => span.kind === kind && span.lane === member),
        {
          x1: "fromMs",
          x2: "toMs",
          y: "lane",
          fill: memberColor(at),
          ...LANE_STYLES[kind],
        },
      )
    );
  const eventsOf = (kind: string) =>
    figures.events.filter((event) => event.kind === kind)
      .map(({ atMs, member, text }) => ({
        atMs: Math.max(scale.fromMs, atMs - origin),
        member,
        text,
      }));
  return svgText(Plot.plot({
    ...layout(lanesHeight(parts), scale),
    marginTop: 2,
    marginBottom: AXIS_HEIGHT - 2,
    y: { type: "band", domain: lanes, padding: 0 },
    marks: [
      shade(figures, scale),
      Plot.axisY({ tickSize: 0, label: null }),
      Plot.axisX({
        ticks: 8,
        label: scale.faulty ? "time since the fault" : "time",
        labelAnchor: "center",
        labelArrow: "none",
        tickFormat: (ms: number) => timeTick(ms, scale),
      }),
      ...LANE_KINDS.flatMap(bars),
      Plot.dot(eventsOf("pin").filter(({ member }) => member !== null), {
        x: "atMs",
        y: "member",
        symbol: "diamond",
        r: 4.5,
        fill: "var(--ink)",
        stroke: "var(--paper)",
        title: ({ member }: { member: string }) => `pin moves to ${member}`,
      }),
      Plot.dot(eventsOf("ping"), {
        x: "atMs",
        y: "member",
        ...PING_DOT,
        title: () => "ping",
      }),
      Plot.dot(eventsOf("failing").filter(({ member }) => member !== null), {
        x: "atMs",
        y: "member",
        symbol: "times",
        r: 3.5,
        stroke: "var(--bad)",
        strokeWidth: 2,
        title: ({ text }: { text: string | null }) => text ?? "failing",
      }),
      Plot.tickX(eventsOf("delivery"), {
        x: "atMs",
        y: () => WATCH_LANE,
        insetTop: 4,
        insetBottom: 4,
        stroke: "var(--ink)",
      }),
      Plot.dot(eventsOf("note"), {
        x: "atMs",
        y: () => NOTES_LANE,
        symbol: NOTE_SYMBOL,
        r: 4,
        fill: "var(--ink)",
        title: ({ text }: { text: string | null }) => text ?? "",
      }),
    ],
  }));
}

function lanesOf({ figures, members }: TimelineParts): readonly string[] {
  const has = (wanted: string): boolean =>
    figures.events.some(({ kind }) => kind === wanted);
  return [
    ...members,
    ...has("delivery") ? [WATCH_LANE] : [],
    ...has("note") ? [NOTES_LANE] : [],
  ];
}

function timeTick(ms: number, { fromMs, toMs }: TimelineScale): string {
  return toMs - fromMs < SECONDS_FROM_MS ? `${ms} ms` : `${ms / 1_000} s`;
}
