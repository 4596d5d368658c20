/** The counts that test runs report at their end, read and summed. */

/** Tests that passed, failed and were ignored. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
}

/** The sum of nothing. */
export const NO_TESTS: TestCounts = { passed: 0, failed: 0, ignored: 0 };

const SUMMARY_REGEXP = /^(?:ok|FAILED) \| (\d+) passed.*$/gm;
// deno-lint-ignore no-control-regex -- colours are control characters
const COLOR_REGEXP = /\x1b\[[0-9;]*m/g;

/**
 * Reads the summary `deno test` prints last: `ok | 3 passed (2 steps) | 0
 * failed | 1 ignored (5ms)`. JUnit's numbers are no substitute: they count
 * steps as tests and leave out a module that failed to load.
 *
 * A run that ended badly without a failed test (it did not compile, say) counts
 * as one failure, so that no sum can hide it.
 */
export function readCounts(output: string, exitCode: number): TestCounts {
  const plain = output.replaceAll(COLOR_REGEXP, "");
  const summary = [...plain.matchAll(SUMMARY_REGEXP)].at(-1)?.[0] ?? "";
  const count = (word: string) =>
    Number(new RegExp(`\\| (\\d+) ${word}`).exec(summary)?.[1] ?? 0);
  const failed = count("failed");
  return {
    passed: count("passed"),
    failed: exitCode !== 0 ? Math.max(failed, 1) : failed,
    ignored: count("ignored"),
  };
}

/** Adds up two runs. */
export function addCounts(one: TestCounts, other: TestCounts): TestCounts {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    ignored: one.ignored + other.ignored,
  };
}

/** The last line of a task: `3 passed, 0 failed`, and what was skipped. */
export function formatCounts(counts: TestCounts): string {
  const line = `${counts.passed} passed, ${counts.failed} failed`;
  return counts.ignored > 0 ? `${line}, ${counts.ignored} skipped` : line;
}
