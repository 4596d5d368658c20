/** The small drawings beside the figures of the picture. */
import { Markup } from "./_markup.ts";

const HEIGHT = 10;
/** The scale of times, which ends before the box of those not back. */
const TIMES = { leastMs: 10, mostMs: 10_000, end: 82 } as const;
const BOX = { from: 88, to: 100 } as const;
const DECADES_MS = [10, 100, 1_000, 10_000] as const;

/** A bar for a share; an empty one where there is none. */
export function shareGlyph(share = 0): Markup {
  const width = rounded(100 * Math.min(1, share));
  return svg(
    `<rect class="track" width="100" height="${HEIGHT}"/><rect class="fill" width="${width}" height="${HEIGHT}"/>`,
  );
}

/**
 * A scale of times, shortest first: a band for eight in ten of them, and a mark
 * for the one in the middle; behind it a box that fills with those that are
 * `null`.
 */
export function backGlyph(times: readonly (number | null)[]): Markup {
  if (times.length === 0) return svg("");
  const { from, to } = BOX;
  const box = `x="${from}" width="${to - from}"`;
  const back = times.filter((time) => time !== null);
  const full = rounded(HEIGHT * (1 - back.length / times.length));
  return svg(
    `<path class="axis" d="M0 ${HEIGHT}H${TIMES.end}${
      DECADES_MS.map((ms) => `M${placeOf(ms)} ${HEIGHT}v-3`).join("")
    }"/><rect class="track" ${box} height="${HEIGHT}"/><rect class="fill" ${box} y="${
      HEIGHT - full
    }" height="${full}"/>${band(back)}${middle(times)}`,
  );
}

function band(back: readonly number[]): string {
  const [first, last] = [0.1, 0.9].map((share) =>
    back[Math.round(share * (back.length - 1))]
  );
  if (first === undefined || last === undefined) return "";
  const x = placeOf(first);
  return `<rect class="band" x="${x}" width="${
    Math.max(1, placeOf(last) - x)
  }" y="3" height="4"/>`;
}

function middle(times: readonly (number | null)[]): string {
  const ms = times[Math.floor(times.length / 2)];
  if (ms === undefined || ms === null) return "";
  return `<path class="middle" d="M${placeOf(ms)} 0V${HEIGHT}"/>`;
}

function placeOf(ms: number): number {
  const { leastMs, mostMs, end } = TIMES;
  const share = Math.log(Math.min(mostMs, Math.max(leastMs, ms)) / leastMs) /
    Math.log(mostMs / leastMs);
  // Half a pixel to each side, or marks at the ends are cut.
  return rounded(0.5 + (end - 1) * share);
}

function rounded(value: number): number {
  return Math.round(2 * value) / 2;
}

function svg(content: string): Markup {
  return new Markup(
    `<svg class="glyph" aria-hidden="true" viewBox="0 0 100 ${HEIGHT}" preserveAspectRatio="none">${content}</svg>`,
  );
}
