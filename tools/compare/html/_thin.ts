import type { CallMark } from "../result/mod.ts";
import { counted } from "../../output/mod.ts";

/**
 * The most calls that have a mark in one timeline, and in all of a page. Each
 * is drawn twice, for wide screens and for narrow ones.
 */
const MOST_MARKS = { timeline: 300, page: 8_000 } as const;

/** The calls that are drawn, and what was left out in words. */
export interface ThinnedCalls {
  readonly drawn: readonly CallMark[];
  /** Missing if all of them are drawn. */
  readonly caption: string | undefined;
}

/** The number of calls a timeline may have, for the page to stay small. */
export function marksPerTimeline(calls: readonly number[]): number {
  let most: number = MOST_MARKS.timeline;
  const total = (): number =>
    calls.reduce((sum, count) => sum + Math.min(count, most), 0);
  while (total() > MOST_MARKS.page) most = Math.floor(most * 0.9);
  return most;
}

/**
 * Takes so many calls that a page stays small: of those that failed and of the
 * others every n-th each, so that dense stretches stay denser than others, and
 * the slowest one of all.
 */
export function thinCalls(
  marks: readonly CallMark[],
  most: number,
): ThinnedCalls {
  if (marks.length <= most) return { drawn: marks, caption: undefined };
  const failed = marks.filter(({ ok }) => !ok);
  const succeeded = marks.filter(({ ok }) => ok);
  const failedStep = stepFor(failed.length, most / 2);
  const failedDrawn = everyNth(failed, failedStep);
  const okStep = stepFor(succeeded.length, most - failedDrawn.length);
  const chosen = new Set([...failedDrawn, ...everyNth(succeeded, okStep)]);
  const slowest = marks.reduce((one, other) =>
    other.durationMs > one.durationMs ? other : one
  );
  const drawn = marks.filter((mark) => chosen.has(mark) || mark === slowest);
  return {
    drawn,
    caption: `${drawn.length} of ${counted(marks.length, "call")} are drawn: ${
      [
        ...succeeded.length > 0 ? [`${share(okStep)} that succeeded`] : [],
        ...failed.length > 0 ? [`${share(failedStep)} that failed`] : [],
      ].join(", ")
    }, and the slowest`,
  };
}

function stepFor(count: number, most: number): number {
  return Math.max(1, Math.ceil(count / Math.max(1, most)));
}

function everyNth(
  marks: readonly CallMark[],
  step: number,
): readonly CallMark[] {
  return marks.filter((_, at) => at % step === 0);
}

function share(step: number): string {
  if (step === 1) return "every one";
  const ending = step % 100 >= 11 && step % 100 <= 13
    ? "th"
    : ["th", "st", "nd", "rd"][step % 10] ?? "th";
  return `every ${step}${ending}`;
}
