/** Why a scenario does not apply to a strategy. */
interface Skip {
  readonly scenario: number;
  readonly subject: string;
  readonly reason: string;
}

const SKIPS: readonly Skip[] = [
  {
    scenario: 55,
    subject: "grpc1.0",
    reason: "it has no pings",
  },
  ...["grpc1.0", "grpc1.7"].map((subject) => ({
    scenario: 95,
    subject,
    reason: "there is no order: every call goes to its pin",
  })),
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
