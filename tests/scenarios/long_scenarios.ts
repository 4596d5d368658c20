import type { Scenario } from "./scenario.ts";

/** What takes longer than this, besides calls that time out, is long. */
export const LONG_SECONDS = 3;

/** Whether a scenario is left to the long run, `deno task test:matrix`. */
export function isLong({ seconds = 0 }: Pick<Scenario, "seconds">): boolean {
  return seconds > LONG_SECONDS;
}
