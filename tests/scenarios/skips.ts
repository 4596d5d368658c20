/** Why a scenario does not apply to a strategy. */
interface Skip {
  readonly scenario: number;
  readonly subject: string;
  readonly reason: string;
}

// None of the scenarios so far depends on what a strategy lacks.
const SKIPS: readonly Skip[] = [];

/** Why this scenario is left out under this strategy, if it is. */
export function skipReason(
  scenario: number,
  subject: string,
): string | undefined {
  return SKIPS.find((skip) =>
    skip.scenario === scenario && skip.subject === subject
  )?.reason;
}
