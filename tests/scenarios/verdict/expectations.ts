import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import type { Expectation } from "../scenario.ts";

/** What Go's client does where nobody has looked. */
export const NO_SUCH_TEST = "no such test";

/** The same expectation for each of the three generations. */
export function everyStrategy(
  expectation: Expectation,
): Readonly<Record<string, Expectation>> {
  return Object.fromEntries(
    BALANCER_NAMES.filter((name) => name !== "adaptive")
      .map((name) => [name, expectation]),
  );
}
