/** The announcement of `deno task test:matrix`, before it starts. */
import { CATALOGUE } from "../../../tests/scenarios/catalogue.ts";
import { isLong } from "../../../tests/scenarios/long_scenarios.ts";
import { SUBJECTS } from "../../../tests/scenarios/subjects.ts";
import { TimeEstimate } from "./_estimate.ts";
import { turnsOf } from "../result/mod.ts";
import { minutes } from "../../output/mod.ts";

/** That of the suites, which is not the one of `compare`. */
const CALL_TIMEOUT_MS = 500;

/**
 * The seconds the other failover tests were measured to add, on two processors.
 */
const OTHER_SECONDS = 75;

/** The scenarios there are, and how long they take on one server. */
export function describeMatrix(): string {
  const turns = turnsOf({ scenarios: CATALOGUE, subjects: SUBJECTS });
  const estimate = new TimeEstimate({
    callTimeoutMs: CALL_TIMEOUT_MS,
    jobs: Math.min(navigator.hardwareConcurrency, SUBJECTS.length),
  });
  const seconds = estimate.secondsLeft(turns) + OTHER_SECONDS;
  const long = CATALOGUE.filter(isLong).length;
  return `${CATALOGUE.length} scenarios, ${long} of them long, under ` +
    `${SUBJECTS.length} strategies, and the other failover tests, in about ${
      minutes(Math.ceil(seconds / 60) * 60)
    }`;
}
