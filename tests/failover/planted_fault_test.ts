/** `compare` must see what is wrong: otherwise its good news means nothing. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { compare } from "../../tools/compare/_compare.ts";
import type { Sink } from "../../tools/output/_sink.ts";
import { CATALOGUE } from "../scenarios/catalogue.ts";
import type { Recording } from "../scenarios/recording/recording.ts";
import type { Scenario, Subject } from "../scenarios/scenario.ts";
import { cluster, startThreeMembers } from "./_three_members.ts";

const PINNED: readonly Subject[] = [
  { name: "grpc1.0", balancer: "grpc1.0" },
  { name: "grpc1.7", balancer: "grpc1.7" },
];
const SWAPPED: readonly Subject[] = [
  { name: "grpc1.0", balancer: "grpc1.7" },
  { name: "grpc1.7", balancer: "grpc1.0" },
];
const ROUND_ROBIN: readonly Subject[] = [
  { name: "grpc1.23", balancer: "grpc1.23" },
];

startThreeMembers();

/** The scenarios of these numbers. */
function scenarios(...ids: readonly number[]): readonly Scenario[] {
  return CATALOGUE.filter(({ id }) => ids.includes(id));
}

/** The same scenario, but what it gives is not what it saw. */
function lying(
  scenario: Scenario,
  lie: (run: Recording) => Partial<Recording>,
): Scenario {
  return {
    ...scenario,
    async run(context) {
      const run = await scenario.run(context);
      return { ...run, ...lie(run) };
    },
  };
}

/** Compares; gives the exit code, the verdicts and the last line. */
async function run(
  subjects: readonly Subject[],
  scenarios: readonly Scenario[],
) {
  let report = "";
  const sink = (write: (text: string) => void): Sink => ({
    isTerminal: false,
    color: false,
    columns: 100,
    write,
  });
  const { exitCode, results: [result] } = await compare({
    subjects,
    scenarios,
    cluster,
    callTimeoutMs: 600,
    stdout: sink((text) => report += text),
    stderr: sink(() => {}),
  });
  const verdicts = result?.cells.map(({ scenario, strategy, verdict }) =>
    `#${scenario.id} ${strategy} ${verdict}`
  );
  return { exitCode, verdicts, report };
}

Deno.test("compare ends with 0 when nothing is planted", async () => {
  const { exitCode, verdicts, report } = await run(PINNED, scenarios(1, 93));
  assertEquals(verdicts, [
    "#1 grpc1.0 expected",
    "#1 grpc1.7 expected",
    "#93 grpc1.0 expected",
    "#93 grpc1.7 expected",
  ]);
  assertEquals(exitCode, 0);
  assertMatch(report, /\n4 cells: 4 as expected, 0 not as expected\n$/);
});

Deno.test("compare ends with 1 when two strategies have swapped names", async () => {
  const { exitCode, verdicts, report } = await run(SWAPPED, scenarios(1, 93));
  assertEquals(verdicts, [
    "#1 grpc1.0 unexpected",
    "#1 grpc1.7 unexpected",
    "#93 grpc1.0 unexpected",
    "#93 grpc1.7 unexpected",
  ]);
  assertEquals(exitCode, 1);
  assertMatch(report, /\n4 cells: 0 as expected, 4 not as expected\n$/);
});

const LIES: readonly {
  readonly count: string;
  readonly id: number;
  readonly lie: (run: Recording) => Partial<Recording>;
}[] = [
  {
    count: "failed calls",
    id: 16,
    lie: ({ failed }) => ({ failed: failed + 2 }),
  },
  {
    count: "connections",
    id: 93,
    lie: ({ connectionsEnd }) => ({ connectionsEnd: connectionsEnd + 1 }),
  },
  {
    count: "calls a member served",
    id: 94,
    lie: ({ spread }) => ({
      spread: [(spread[0] ?? 0) + 40, ...spread.slice(1)],
    }),
  },
];

for (const { count, id, lie } of LIES) {
  Deno.test(`compare ends with 1 when #${id} lies about the ${count}`, async () => {
    const [honest] = scenarios(id);
    assert(honest);
    const { exitCode, verdicts } = await run(ROUND_ROBIN, [
      honest,
      lying(honest, lie),
    ]);
    assertEquals(verdicts, [
      `#${id} grpc1.23 expected`,
      `#${id} grpc1.23 unexpected`,
    ]);
    assertEquals(exitCode, 1);
  });
}
