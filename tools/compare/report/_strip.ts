import type { CallMark } from "../result/mod.ts";

/** The signs a strip is made of. */
export const STRIP = { ok: "·", some: "▒", failed: "×" } as const;

/**
 * The calls in the order they began, one mark each: `·` succeeded, `×` failed.
 * If there are more than columns, a mark is for several: `▒`, some failed.
 */
export function strip(marks: readonly CallMark[], columns: number): string {
  const calls = marks.toSorted((a, b) => a.startMs - b.startMs);
  const length = Math.min(columns, calls.length);
  return Array.from({ length }, (_, at) => {
    const share = calls.slice(
      Math.floor(at * calls.length / length),
      Math.floor((at + 1) * calls.length / length),
    );
    const failed = share.filter(({ ok }) => !ok).length;
    return failed === 0
      ? STRIP.ok
      : failed === share.length
      ? STRIP.failed
      : STRIP.some;
  }).join("");
}
