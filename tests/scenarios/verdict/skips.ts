import { compareVersions } from "../../harness/mod.ts";
import type { Scenario } from "../scenario.ts";

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
  { scenario: 9, subject: "grpc1.0", reason: "it has no pings" },
  {
    scenario: 45,
    subject: "adaptive",
    reason: "its watch leaves the member before that misses its leader",
  },
];

/** What a cell is about, besides its scenario. */
export interface SkipContext {
  /** The name of the strategy. */
  readonly subject: string;
  /** The version of the server. */
  readonly etcd: string;
}

/** Why this scenario is left out for this strategy and server, if it is. */
export function skipReason(
  { id, etcd: needs }: Pick<Scenario, "id" | "etcd">,
  { subject, etcd }: SkipContext,
): string | undefined {
  if (needs !== undefined && compareVersions(etcd, needs.atLeast) < 0) {
    return `it needs etcd ${needs.atLeast} or later`;
  }
  return SKIPS.find((skip) => skip.scenario === id && skip.subject === subject)
    ?.reason;
}
