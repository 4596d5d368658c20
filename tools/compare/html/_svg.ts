/** What both parts of a timeline share. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { endOf, originOf, type TimelineScale } from "./_timeline.ts";
import type { CallMark, CellFigures } from "../result/mod.ts";

/** What a timeline is drawn from. */
export interface TimelineParts {
  readonly figures: CellFigures;
  /** The calls that have a mark. */
  readonly drawn: readonly CallMark[];
  readonly scale: TimelineScale;
  /** The names of the members, which are the lanes. */
  readonly members: readonly string[];
}

/** How a member's calls are marked; the styles have a colour for each. */
export const MEMBER_SYMBOLS = ["circle", "square", "triangle"] as const;
/** How a scenario's notes are. */
export const NOTE_SYMBOL = "star";
/** How an HTTP/2 ping is, within the lane of its member. */
export const PING_DOT = {
  symbol: "circle",
  r: 2.5,
  fill: "var(--paper)",
  stroke: "var(--ink)",
  strokeWidth: 1,
} as const;
/** How failures are: the second one may have been applied. */
export const FAILED_SYMBOLS = ["times", "asterisk"] as const;

const MARGIN = { left: 62, right: 12 } as const;
/** The width of a timeline, which its page may scale. */
export const WIDTH = 840;
/** The part of it that stands for time. */
export const PLOT_WIDTH: number = WIDTH - MARGIN.left - MARGIN.right;

type PlotDocument = NonNullable<Plot.PlotOptions["document"]>;

/** What the drawings are made in, in place of a browser's. */
export const DOCUMENT: PlotDocument =
  (parseHTML("<html></html>") as unknown as { readonly document: PlotDocument })
    .document;

/** How what a lane shows is told apart besides its colour: by its height. */
export const LANE_STYLES = {
  pinned: { insetTop: 3, insetBottom: 3 },
  ready: { insetTop: 6, insetBottom: 6, fillOpacity: 0.65 },
  connecting: { insetTop: 7.5, insetBottom: 7.5, fillOpacity: 0.4 },
  failing: { insetTop: 8.5, insetBottom: 8.5, fill: "var(--bad)" },
  idle: { insetTop: 8.8, insetBottom: 8.8, fillOpacity: 0.6 },
  closed: { insetTop: 8.8, insetBottom: 8.8, fillOpacity: 0 },
} as const;

/** The colour of a member, as the styles name it; `-1` is none of them. */
export function memberColor(at: number): string {
  return at < 0
    ? "var(--nobody)"
    : `var(--member-${at % MEMBER_SYMBOLS.length})`;
}

/** What both parts are laid out by, so that one stands above the other. */
export function layout(
  height: number,
  { fromMs, toMs }: TimelineScale,
): Plot.PlotOptions {
  return {
    document: DOCUMENT,
    width: WIDTH,
    height,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
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
