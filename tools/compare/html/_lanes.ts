/** The lower part of a timeline: connections, the pin, deliveries, notes. */
import * as Plot from "@observablehq/plot";
import {
  barStyle,
  LANE_HEIGHT,
  layout,
  memberColor,
  msPerPixel,
  NOTE_SYMBOL,
  ON_BAR,
  PING_DOT,
  shade,
  svgText,
  type TimelineParts,
} from "./_svg.ts";
import {
  type LaneSpan,
  laneSpans,
  originOf,
  type TimelineScale,
} from "./_timeline.ts";

const AXIS_HEIGHT = 38;
const WATCH_LANE = "watch";
const NOTES_LANE = "notes";
/** Axes at least this long are counted in seconds. */
const SECONDS_FROM_MS = 2_000;

/** The states that a lane shows; later ones are drawn above earlier ones. */
const LANE_KINDS = [
  "idle",
  "connecting",
  "failing",
  "ready",
  "pinned",
] as const;

/** The words above a bar that is long enough for them. */
const LANE_WORDS: Readonly<Record<LaneSpan["kind"], string>> = {
  pinned: "pin",
  ready: "ready",
  connecting: "connecting",
  failing: "failing",
  idle: "left closed",
  closed: "",
};
const WORD_PX = { letter: 6.5, gap: 6 } as const;

/** The height of this part. */
export function lanesHeight(parts: TimelineParts): number {
  return lanesOf(parts).length * LANE_HEIGHT + AXIS_HEIGHT;
}

/** Draws a lane per member, and one for what a watch delivered and for notes. */
export function lanesPanel(parts: TimelineParts): string {
  const { figures, scale, members } = parts;
  const spans = laneSpans(figures, { scale, members });
  return svgText(Plot.plot({
    ...layout(lanesHeight(parts), parts),
    marginTop: 2,
    marginBottom: AXIS_HEIGHT - 2,
    y: { type: "band", domain: lanesOf(parts), padding: 0 },
    marks: [
      shade(figures, scale),
      ...axes(parts),
      ...LANE_KINDS.flatMap((kind) => bars(kind, { spans, members })),
      words(spans, parts),
      ...connectionMarks(parts),
      ...otherMarks(parts),
    ],
  }));
}

function axes({ scale, frame }: TimelineParts): Plot.Markish[] {
  return [
    Plot.axisY({ tickSize: 0, label: null, dy: ON_BAR.dy }),
    Plot.axisX({
      ticks: frame.timeTicks,
      label: scale.faulty ? "time since the fault" : "time",
      labelAnchor: "center",
      labelArrow: "none",
      tickFormat: (ms: number) => timeTick(ms, scale),
    }),
  ];
}

function bars(
  kind: LaneSpan["kind"],
  { spans, members }: {
    readonly spans: readonly LaneSpan[];
    readonly members: readonly string[];
  },
): Plot.Markish[] {
  return members.map((member, at) =>
    Plot.barX(
      spans.filter((span) => span.kind === kind && span.lane === member),
      {
        x1: "fromMs",
        x2: "toMs",
        y: "lane",
        ...barStyle(kind, { color: memberColor(at) }),
      },
    )
  );
}

/** Says above a bar what it is, where there is room. */
function words(
  spans: readonly LaneSpan[],
  { frame, scale }: TimelineParts,
): Plot.Markish {
  const pixelMs = msPerPixel(frame, scale);
  const pins = spans.filter(({ kind }) => kind === "pinned");
  const told = spans.filter((span) => {
    const { kind, lane, fromMs, toMs } = span;
    const width = LANE_WORDS[kind].length * WORD_PX.letter + WORD_PX.gap;
    const isPin = kind === "ready" &&
      pins.some((pin) =>
        pin.lane === lane && pin.fromMs < fromMs + width * pixelMs &&
        pin.toMs > fromMs
      );
    return toMs - fromMs >= width * pixelMs && !isPin;
  });
  return Plot.text(told, {
    x: "fromMs",
    y: "lane",
    text: ({ kind }: LaneSpan) => LANE_WORDS[kind],
    textAnchor: "start",
    fontSize: 11.5,
    fill: "var(--ink)",
    dx: 2,
    dy: 7 - LANE_HEIGHT / 2,
  });
}

/** Marks the events of connections: pins, pings, and failures. */
function connectionMarks(parts: TimelineParts): Plot.Markish[] {
  const atMember = (kind: string) =>
    eventsOf(kind, parts).filter(({ member }) => member !== null);
  return [
    Plot.dot(atMember("pin"), {
      x: "atMs",
      y: "member",
      symbol: "diamond",
      r: 4.5,
      fill: "var(--ink)",
      stroke: "var(--paper)",
      title: ({ member }: { member: string }) => `pin moves to ${member}`,
      ...ON_BAR,
    }),
    Plot.dot(atMember("ping"), {
      x: "atMs",
      y: "member",
      ...PING_DOT,
      title: () => "ping",
      ...ON_BAR,
    }),
    Plot.dot(atMember("failing"), {
      x: "atMs",
      y: "member",
      symbol: "times",
      r: 3.5,
      stroke: "var(--bad)",
      strokeWidth: 2,
      title: ({ text }: { text: string | null }) => text ?? "failing",
      ...ON_BAR,
    }),
  ];
}

/** Marks the events with a lane of their own: deliveries and notes. */
function otherMarks(parts: TimelineParts): Plot.Markish[] {
  return [
    Plot.tickX(eventsOf("delivery", parts), {
      x: "atMs",
      y: () => WATCH_LANE,
      insetTop: 13,
      insetBottom: 1,
      stroke: "var(--ink)",
    }),
    Plot.dot(eventsOf("note", parts), {
      x: "atMs",
      y: () => NOTES_LANE,
      symbol: NOTE_SYMBOL,
      r: 4,
      fill: "var(--ink)",
      title: ({ text }: { text: string | null }) => text ?? "",
      ...ON_BAR,
    }),
  ];
}

function eventsOf(kind: string, { figures, scale }: TimelineParts) {
  return figures.events.filter((event) => event.kind === kind)
    .map(({ atMs, member, text }) => ({
      atMs: Math.max(scale.fromMs, atMs - originOf(figures)),
      member,
      text,
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
