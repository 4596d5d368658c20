/** Why a scenario does not apply to a strategy. */
interface Skip {
  readonly scenario: number;
  readonly subject: string;
  readonly reason: string;
}

const SKIPS: readonly Skip[] = [
  { scenario: 9, subject: "grpc1.0", reason: "this design has no pings" },
];

/** Why this scenario is left out under this strategy, if it is. */
export function skipReason(
  scenario: number,
  subject: string,
): string | undefined {
  return SKIPS.find((skip) =>
    skip.scenario === scenario && skip.subject === subject
  )?.reason;
}
