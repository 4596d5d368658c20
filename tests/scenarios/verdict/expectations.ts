import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import type { Expectation } from "../scenario.ts";

/** The same expectation for each of the three generations. */
export function everyStrategy(
  expectation: Expectation,
): Readonly<Record<string, Expectation>> {
  return Object.fromEntries(BALANCER_NAMES.map((name) => [name, expectation]));
}
