/** A fault as its callers met it: the calls that failed, and the time it took. */
import type { CallMark, CellFigures } from "./_result.ts";

/** The course of one run since its fault. */
export interface Outage {
  /** The share of the calls that failed; missing where none were made. */
  readonly failedShare?: number;
  /**
   * The time from the fault to the first success that no regular failure
   * follows, in milliseconds; `null` if there was none while it was recorded.
   */
  readonly backAfterMs: number | null;
}

/** The outage of one run; none where there was no fault, or nothing to ask. */
export function outageOf(figures: CellFigures): Outage | undefined {
  const { faultMs, marks, watch } = figures;
  if (faultMs === null) return undefined;
  const calls = marks.filter((mark) => endOf(mark) >= faultMs)
    .toSorted((one, other) => endOf(one) - endOf(other));
  if (calls.length > 0) {
    return {
      failedShare: calls.filter(({ ok }) => !ok).length / calls.length,
      backAfterMs: backAt(calls, { members: figures.spread.length, faultMs }),
    };
  }
  return watch === undefined || watch.wanted === 0
    ? undefined
    : eventsBack(figures, faultMs);
}

/**
 * Calls are back with the first success after the last failure, if as many
 * follow each other as there are members, or more than ever before: where every
 * third call fails, two successes in a row mean nothing.
 */
function backAt(
  calls: readonly CallMark[],
  { members, faultMs }: {
    readonly members: number;
    readonly faultMs: number;
  },
): number | null {
  const lastFailed = calls.findLastIndex(({ ok }) => !ok);
  const first = calls[lastFailed + 1];
  if (first === undefined) return null;
  const row = calls.length - lastFailed - 1;
  const isBack = lastFailed < 0 || row >= members ||
    row > longestRow(calls.slice(0, lastFailed));
  return isBack ? endOf(first) - faultMs : null;
}

/** The most successes one after the other. */
function longestRow(calls: readonly CallMark[]): number {
  let longest = 0;
  let row = 0;
  for (const { ok } of calls) {
    row = ok ? row + 1 : 0;
    longest = Math.max(longest, row);
  }
  return longest;
}

/** A watch is back with its first event, if all came in time. */
function eventsBack(
  { events, watch, faultEndMs }: CellFigures,
  faultMs: number,
): Outage | undefined {
  if (watch === undefined) return undefined;
  const isLate = watch.gaps > 0 ||
    (faultEndMs !== null && watch.duringFault < watch.wanted);
  if (isLate) return { backAfterMs: null };
  const first = events.find(({ kind, atMs }) =>
    kind === "delivery" && atMs >= faultMs
  );
  return first && { backAfterMs: first.atMs - faultMs };
}

function endOf({ startMs, durationMs }: CallMark): number {
  return startMs + durationMs;
}
