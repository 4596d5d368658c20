/** The parts that both halves of a timeline share. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import {
  endOf,
  type LaneSpan,
  originOf,
  type TimelineScale,
} from "./_timeline.ts";
import type { CallMark, CellFigures } from "../result/mod.ts";

/** The data that a timeline is drawn from. */
export interface TimelineParts {
  readonly figures: CellFigures;
  /** The calls that have a mark. */
  readonly drawn: readonly CallMark[];
  readonly scale: TimelineScale;
  /** The names of the members, which are the lanes. */
  readonly members: readonly string[];
  readonly frame: Frame;
}

/** The room that a timeline has, in the pixels of its drawing. */
export interface Frame {
  readonly name: "wide" | "narrow";
  readonly width: number;
  /** The margins left and right of the part that stands for time. */
  readonly margin: { readonly left: number; readonly right: number };
  /** About how many times stand along the axis. */
  readonly timeTicks: number;
}

/**
 * Each timeline is drawn twice, and the styles show the one that fits: a wide
 * drawing that is made small cannot be read.
 */
export const FRAMES: readonly Frame[] = [
  {
    name: "wide",
    width: 840,
    margin: { left: 62, right: 14 },
    timeTicks: 8,
  },
  {
    name: "narrow",
    width: 358,
    margin: { left: 52, right: 22 },
    timeTicks: 4,
  },
];

/** The milliseconds that a pixel of a frame stands for. */
export function msPerPixel(
  { width, margin }: Frame,
  { fromMs, toMs }: Pick<TimelineScale, "fromMs" | "toMs">,
): number {
  return (toMs - fromMs) / (width - margin.left - margin.right);
}

/** The marks of each member's calls; the styles have a colour for each. */
export const MEMBER_SYMBOLS = ["circle", "square", "triangle"] as const;
/** The mark of a scenario's notes. */
export const NOTE_SYMBOL = "star";
/** The dot of an HTTP/2 ping, within the lane of its member. */
export const PING_DOT = {
  symbol: "circle",
  r: 2.5,
  fill: "var(--paper)",
  stroke: "var(--ink)",
  strokeWidth: 1,
} as const;
/** The marks of failed calls: the second one may have been applied. */
export const FAILED_SYMBOLS = ["times", "asterisk"] as const;

type PlotDocument = NonNullable<Plot.PlotOptions["document"]>;

/** The document the drawings are made in, in place of a browser's. */
export const DOCUMENT: PlotDocument =
  (parseHTML("<html></html>") as unknown as { readonly document: PlotDocument })
    .document;

/** The height of a lane: above a word for its state, below a bar. */
export const LANE_HEIGHT = 30;
const BAR_MIDDLE = 21;

/** The heights of the bars, which tell them apart besides their colour. */
const BARS = {
  pinned: { heightPx: 13, opacity: 1 },
  ready: { heightPx: 7, opacity: 0.65 },
  connecting: { heightPx: 4, opacity: 0.4 },
  failing: { heightPx: 2, opacity: 1 },
  idle: { heightPx: 1.5, opacity: 0.6 },
  closed: { heightPx: 1.5, opacity: 0 },
} as const;

/** The looks of a bar in a lane, or in something else with its middle. */
export function barStyle(
  kind: LaneSpan["kind"],
  { color, height = LANE_HEIGHT, middle = BAR_MIDDLE }: {
    readonly color: string;
    readonly height?: number;
    readonly middle?: number;
  },
): Plot.RectOptions {
  const { heightPx, opacity } = BARS[kind];
  return {
    insetTop: middle - heightPx / 2,
    insetBottom: height - middle - heightPx / 2,
    fill: kind === "failing" ? "var(--bad)" : color,
    fillOpacity: opacity,
  };
}

/** The place of marks in a lane: on its bar. */
export const ON_BAR: { readonly dy: number } = {
  dy: BAR_MIDDLE - LANE_HEIGHT / 2,
};

/** The colour of a member, as the styles name it; `-1` is none of them. */
export function memberColor(at: number): string {
  return at < 0
    ? "var(--nobody)"
    : `var(--member-${at % MEMBER_SYMBOLS.length})`;
}

/** The layout of both halves, so that one stands above the other. */
export function layout(
  height: number,
  { scale: { fromMs, toMs }, frame: { width, margin } }: TimelineParts,
): Plot.PlotOptions {
  return {
    document: DOCUMENT,
    width,
    height,
    marginLeft: margin.left,
    marginRight: margin.right,
    style: { fontSize: "12.5px" },
    x: { type: "linear", domain: [fromMs, toMs], axis: null },
  };
}

/** The time during which the fault lasted. */
export function shade(
  figures: CellFigures,
  scale: TimelineScale,
): Plot.Markish {
  const { faultMs, faultEndMs } = figures;
  const window = faultMs === null ? [] : [{
    x1: 0,
    x2: faultEndMs === null
      ? endOf(figures, scale)
      : faultEndMs - originOf(figures),
  }];
  return Plot.rectX(window, { x1: "x1", x2: "x2", fill: "var(--fault)" });
}

/** A drawing as text: no styles of its own, and no digits nobody sees. */
export function svgText(svg: unknown): string {
  const element = svg as { readonly outerHTML: string };
  return element.outerHTML
    .replaceAll(/<style>[^]*?<\/style>/g, "")
    .replaceAll(
      / (?:d|cx|cy|x|y|x1|x2|y1|y2|width|height|transform)="[^"]*"/g,
      (attribute) =>
        attribute.replaceAll(
          /-?\d+\.\d+/g,
          (number) => `${+(+number).toFixed(1)}`,
        ),
    );
}
