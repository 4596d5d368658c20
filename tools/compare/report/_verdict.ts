/** The verdict on a cell, in the same words and signs wherever it is shown. */
import type { CompareCell, CompareResult } from "../result/mod.ts";
import { counted } from "../../output/mod.ts";

type Verdict = CompareCell["verdict"];

/** The words for a verdict; they can stand behind what was measured. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  "expected": "as expected",
  "unexpected": "not as expected",
  "threw": "could not be run",
  "unjudged": "not judged",
  "skipped": "does not apply",
  "not run": "not run",
};

/**
 * The sign of each verdict, where words have no room. A tick beside calls that
 * all failed would contradict itself: what is judged is not whether calls
 * succeed, but whether they do what the strategy lets one expect.
 */
export const VERDICT_SIGNS: Readonly<Record<Verdict, string>> = {
  "expected": "=",
  "unexpected": "≠",
  "threw": "✘",
  "unjudged": "○",
  "skipped": "–",
  "not run": "–",
};

/** The meaning of `as expected`, and its limits. */
export const AS_EXPECTED =
  "what was measured is what this client is expected to do under that strategy; where the design of a strategy loses calls, failed calls are expected";

/** `36 cells: 35 as expected, 1 not as expected`. */
export function verdictText({ cells, ended, failure }: CompareResult): string {
  const count = (...verdicts: readonly Verdict[]): number =>
    cells.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const parts = [
    [count("expected"), VERDICT_WORDS.expected],
    [count("unexpected", "threw"), VERDICT_WORDS.unexpected],
    [count("unjudged"), VERDICT_WORDS.unjudged],
    [count("skipped"), "skipped"],
    [count("not run"), ended === "failed" ? "not run" : "not run: interrupted"],
  ] as const;
  const text = parts
    .filter(([number], at) => number > 0 || at < 2)
    .map(([number, words]) => `${number} ${words}`)
    .join(", ");
  return `${counted(cells.length, "cell")}: ${text}${
    failure === undefined ? "" : `; the run ended early: ${failure}`
  }`;
}
