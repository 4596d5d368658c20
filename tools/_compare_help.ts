/** What `compare` says about itself. */
import type { Scenario } from "../tests/scenarios/scenario.ts";
import { CALL_TIMEOUT_MS, type Known } from "./_compare_args.ts";
import { describeExpected } from "../tests/scenarios/expected.ts";
import { type Paint, wrap } from "./_compare_text.ts";

/** The text of `--help`. */
export function helpText({ subjects, scenarios, quick }: Known): string {
  const numbers = (ids: readonly number[]) => ids.join(", ");
  return `Runs the generations of etcd's client side by side on a real cluster under faults.

Usage: deno task compare [options]

  --strategies LIST    some of ${
    subjects.map(({ name }) => name).join(",")
  } (default: all)
  --scenarios LIST     numbers of scenarios, such as 1,37 (default: all; see --list)
  --quick              only ${
    numbers(quick)
  }, calls time out after ${CALL_TIMEOUT_MS.quick} ms: under a minute
  --call-timeout-ms N  timeout of each call (default: ${
    numbers([CALL_TIMEOUT_MS.normal])
  })
  --etcd VERSION       3.4, 3.5 or a full version (default: ETCD_VERSION, else 3.5)
  --json FILE          writes everything measured; the shape is in tools/_compare_result.ts
  --html FILE          writes a page with a timeline per cell, for any browser
  --list               every scenario, what is expected of each strategy, and what Go's does
  --help               this

Known scenarios: ${numbers(scenarios.map(({ id }) => id))}

The table goes to standard output, progress to standard error. An etcd server
of that version is found (ETCD_BIN, PATH, cache) or fetched, without root; the
cluster listens on 127.0.0.1 only and is gone when the command ends.
NO_COLOR=1 leaves out colours.

Exit codes:
  0    every cell is as expected
  1    a cell is not as expected or failed, or there is no etcd to run
  2    the command line cannot be followed: nothing was started
  130  interrupted (143: SIGTERM, 129: SIGHUP); what was measured by then is shown

Examples:
  deno task compare --quick
  deno task compare --scenarios 1,37 --etcd 3.4 --json result.json
`;
}

/** The text of `--list`. */
export function listText(
  scenarios: readonly Scenario[],
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): string {
  const lines = scenarios.flatMap((scenario) => [
    paint.bold(`#${scenario.id} ${scenario.title}`),
    ...wrap(
      scenario.fault === "none" ? "no fault" : scenario.fault,
      { width: columns, lead: "   " },
    ).map(paint.dim),
    ...Object.entries(scenario.expectations).flatMap(
      ([strategy, { go, ours, because }]) => [
        ...wrap(describeExpected(ours), {
          width: columns,
          lead: `   ${strategy.padEnd(9)}  `,
        }),
        ...wrap(`Go: ${go}${because ? `; because ${because}` : ""}`, {
          width: columns,
          lead: " ".repeat(14),
        }).map(paint.dim),
      ],
    ),
    "",
  ]);
  return lines.join("\n");
}
