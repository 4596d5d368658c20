/** What the marks of the timelines mean. */
import * as Plot from "@observablehq/plot";
import { Markup, markup } from "./_markup.ts";
import {
  DOCUMENT,
  FAILED_SYMBOLS,
  LANE_STYLES,
  MEMBER_SYMBOLS,
  memberColor,
  NOTE_SYMBOL,
  PING_DOT,
  svgText,
} from "./_svg.ts";

const SIZE = { width: 34, height: 19 } as const;
const MIDDLE = [{ x: 0.5, y: 0.5 }] as const;

/** The legend of all timelines. */
export function chartLegend(members: readonly string[]): Markup {
  const [certain, maybe] = FAILED_SYMBOLS;
  const entries:
    readonly (readonly [marks: readonly Plot.Markish[], text: string])[] = [
      ...members.map((name, at) =>
        [
          [dot({
            symbol: MEMBER_SYMBOLS[at % MEMBER_SYMBOLS.length] ?? "circle",
            fill: memberColor(at),
            r: 4,
          })],
          `a call that ${name} answered`,
        ] as const
      ),
      [[failed(certain)], "a call that failed"],
      [[failed(maybe)], "a write that failed, and may have been applied"],
      [
        [
          Plot.ruleY([0.5], { stroke: memberColor(0), strokeWidth: 1.5 }),
        ],
        "how long a call took, up to the mark at its end",
      ],
      [[bar({ fill: "var(--fault)" })], "while the fault lasts"],
      [[lane("pinned")], "the pin: the one connection that is used"],
      [[lane("ready")], "a connection that is ready"],
      [[lane("connecting")], "one that is being made"],
      [[lane("idle")], "one that is left closed"],
      [[lane("failing"), failed(certain)], "one that could not be made"],
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
  return markup`<p>Time runs across, and a call stands the higher the longer it took: each step is ten times the one below. The timelines of a scenario share both scales, and zero is the moment of the fault. Marks of failures, pins and notes say more under the pointer; <em>In words</em> has the same as text.</p>
<ul class="legend chart-legend">${
    entries.map(([marks, text]) => markup`<li>${swatch(marks)} ${text}</li>`)
  }</ul>`;
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

function lane(kind: keyof typeof LANE_STYLES): Plot.Markish {
  return bar({ fill: memberColor(0), ...LANE_STYLES[kind] });
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
