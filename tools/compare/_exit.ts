/** The exit codes of `compare`. */
import { type Changes, type CompareResult, isBad } from "./result/mod.ts";

/** The exit codes, as `--help` has them. */
export const EXIT = {
  expected: 0,
  unexpected: 1,
  usage: 2,
  changed: 3,
  interrupted: 130,
} as const;

/** The exit code for results, and for what they are compared with. */
export function exitCodeOf(
  results: readonly CompareResult[],
  changes: Changes | undefined,
): number {
  const is = (end: CompareResult["ended"]): boolean =>
    results.some(({ ended }) => ended === end);
  if (is("interrupted")) return EXIT.interrupted;
  if (is("failed") || results.some(({ cells }) => cells.some(isBad))) {
    return EXIT.unexpected;
  }
  return changes !== undefined && changes.changed.length > 0
    ? EXIT.changed
    : EXIT.expected;
}
