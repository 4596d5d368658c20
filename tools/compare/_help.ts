/** The texts with which `compare` describes itself. */
import { DEFAULT_TRANSPORT } from "../../tests/scenarios/transports.ts";
import { isLong } from "../../tests/scenarios/long_scenarios.ts";
import { type Scenario, scenarioName } from "../../tests/scenarios/scenario.ts";
import { CALL_TIMEOUT_MS, SITE } from "./_args.ts";
import type { Known } from "./_choice.ts";
import { describeExpected } from "../../tests/scenarios/verdict/expected.ts";
import { originWords } from "./report/mod.ts";
import { type Paint, wrap } from "../output/mod.ts";

/** The text of `--help`. */
export function helpText(known: Known): string {
  return `Runs the balancer strategies side by side on a real cluster under faults: three are designs
of etcd's own client in Go, and docs/balancers.md says which to take.

Usage: deno task compare [options]

${flags(known)}

${about(known)}`;
}

function flags({ subjects, quick }: Known): string {
  return `  --strategies LIST    some of ${
    subjects.map(({ name }) => name).join(",")
  } (default: all)
  --strategy FILE      a strategy of your own as well: a module whose default export is a
                       BalancerFactory; may be given several times; not judged unless it
                       exports expectations; see docs/examples/prefer_leader.ts
  --transport LIST     http2, grpc-js or both, http2,grpc-js: each cell over each of them, a
                       column each (default: the client's own, ${DEFAULT_TRANSPORT})
  --scenarios LIST     numbers of scenarios, such as 1,37 (default: all; see --list)
  --only TEXT          of those, the cells (one scenario under one strategy, over one transport) with
                       that number ('#37') or with TEXT in their name: 'grpc1.7', 'watch',
                       'over http2', 'grpc1.7 | #37 put on an isolated follower'
  --quick              only ${
    numbers(quick)
  }, calls time out after ${CALL_TIMEOUT_MS.quick} ms: under a minute
  --call-timeout-ms N  timeout of each call (default: ${
    numbers([CALL_TIMEOUT_MS.normal])
  })
  --runs N             each cell N times: medians, ranges, and the worst verdict (default: 1)
  --jobs N             N clusters side by side, each with its share of the cells (default: 1);
                       222 cells took 282 s with two on 2 processors, with the same verdicts;
                       but calls that fail and figures in ms may come from what the other
                       clusters take, so publish what was measured with one
  --etcd LIST          3.4, 3.5 or a full version, or several, 3.4,3.5: one server after the
                       other (default: ETCD_VERSION, else 3.5)
${outputFlags()}
  --list               every scenario, what is expected of each strategy, and what Go's does
  --help               this`;
}

function outputFlags(): string {
  return `  --json FILE          writes everything measured; the shape is in tools/compare/result/_result.ts
  --resume             goes on with the interrupted run in --json FILE, given the same options;
                       if that was complete, only reports it
  --markdown[=FILE]    prints the summary as a Markdown table, or puts it into FILE, between
                       <!-- compare:begin --> and <!-- compare:end -->
  --html FILE          writes a page for any browser: a picture of all faults, and a timeline per
                       cell; with several servers these are on a page for each, beside FILE
  --site DIR           all of it, to be published: over both transports, on etcd ${
    numbers(SITE.etcd)
  },
                       unless --transport and --etcd say otherwise; writes DIR/index.html, a
                       page for each server, and DIR/lab.json
  --from LIST          files that --json has written, of different servers: runs nothing, and
                       reports them together
  --against FILE       says which cells have changed since FILE, which --json has written; FILE
                       may be of other cells, servers and transports as well`;
}

function about({ scenarios }: Known): string {
  return `Known scenarios: ${numbers(scenarios.map(({ id }) => id))}

The table goes to standard output, progress to standard error. An etcd server
of that version is found (ETCD_BIN, PATH, cache) or fetched, without root; the
cluster listens on 127.0.0.1 only and is gone when the command ends.
NO_COLOR=1 leaves out colours.

Exit codes:
  0    every cell is as expected, or nothing is expected of it; also with --resume of a
       complete run
  1    a cell is not as expected or failed, in any of its runs, or there is no etcd to run
  2    the command line cannot be followed: no scenario was run
  3    every cell is as expected, but some have changed since the result of --against
  130  interrupted (143: SIGTERM, 129: SIGHUP); what was measured by then is shown, and
       is in --json FILE for --resume

Examples:
  deno task compare --quick
  deno task compare --scenarios 1,37 --etcd 3.4 --json result.json
  deno task compare --runs 5 --json result.json --markdown=docs/measured/faults.md
  deno task compare --transport http2,grpc-js --only '#37'
  deno task compare --site site --against lab.json
  deno task compare --from lab-3.4.json,lab-3.5.json --html lab.html
  deno task compare --strategy docs/examples/prefer_leader.ts --only '#37'
`;
}

function numbers(ids: readonly (number | string)[]): string {
  return ids.join(", ");
}

/** The text of `--list`. */
export function listText(
  scenarios: readonly Scenario[],
  layout: ListLayout,
): string {
  const gos = scenarios.flatMap(({ expectations }) =>
    Object.values(expectations).map(({ go }) => go)
  );
  const about = wrap(
    `Of each scenario: its fault, what is expected of this client under each strategy, and below it what Go's client of that generation does: ${
      originWords(gos.join())
    }.`,
    { width: layout.columns, lead: "" },
  );
  return [
    ...about,
    "",
    ...scenarios.flatMap((scenario) => scenarioLines(scenario, layout)),
  ].join("\n");
}

interface ListLayout {
  readonly columns: number;
  readonly paint: Paint;
}

function scenarioLines(
  scenario: Scenario,
  { columns, paint }: ListLayout,
): string[] {
  return [
    paint.bold(scenarioName(scenario)) +
    (isLong(scenario)
      ? paint.dim(
        ` · long, ${scenario.seconds} s: not in deno task test`,
      )
      : "") +
    (scenario.etcd ? paint.dim(` · needs etcd ${scenario.etcd.atLeast}`) : ""),
    ...wrap(
      scenario.fault === "none" ? "no fault" : scenario.fault,
      { width: columns, lead: "   " },
    ).map(paint.dim),
    ...Object.entries(scenario.expectations).flatMap(
      ([strategy, { go, ours, because, over = {} }]) => [
        ...wrap(describeExpected(ours), {
          width: columns,
          lead: `   ${strategy.padEnd(9)}  `,
        }),
        ...wrap(`Go: ${go}${because ? `; because ${because}` : ""}`, {
          width: columns,
          lead: " ".repeat(14),
        }).map(paint.dim),
        ...Object.entries(over).flatMap(([transport, { ours, because }]) =>
          wrap(
            `Over ${transport}: ${describeExpected(ours)}, because ${because}`,
            { width: columns, lead: " ".repeat(14) },
          )
        ),
      ],
    ),
    "",
  ];
}
