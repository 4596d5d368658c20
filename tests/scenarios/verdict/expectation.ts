import { DEFAULT_TRANSPORT } from "../transports.ts";
import type { Expectation, Scenario, Subject } from "../scenario.ts";

/** What is expected of one subject: that of its transport where it has one. */
export type Judged = Pick<Expectation, "go" | "ours" | "because">;

/** What a cell is judged by; nothing if the scenario does not know its name. */
export function expectationOf(
  { expectations }: Pick<Scenario, "expectations">,
  { name, transport = DEFAULT_TRANSPORT }: Pick<Subject, "name" | "transport">,
): Judged | undefined {
  const expectation = expectations[name];
  if (expectation === undefined) return undefined;
  const { over, ...common } = expectation;
  return { ...common, ...over?.[transport] };
}
