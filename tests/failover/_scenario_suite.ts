import { assertEquals } from "@std/assert";
import { BALANCER_NAMES } from "../../balancers/mod.ts";
import { Cluster } from "../harness/mod.ts";
import { runCell } from "../scenarios/cell.ts";
import { type Scenario, scenarioName } from "../scenarios/scenario.ts";
import { skipReason } from "../scenarios/skips.ts";

/** The timeout of each call, shorter than that of `deno task compare`. */
export const CALL_TIMEOUT_MS = 500;

/** A test for each scenario under each strategy, all on one cluster. */
export function testScenarios(scenarios: readonly Scenario[]): void {
  let cluster: Cluster;

  Deno.test.beforeAll(async () => {
    cluster = await Cluster.start();
  });

  Deno.test.afterAll(async () => {
    await cluster.close();
  });

  for (const name of BALANCER_NAMES) {
    for (const scenario of scenarios) {
      Deno.test({
        name: `${name} | ${scenarioName(scenario)}`,
        ignore: skipReason(scenario.id, name) !== undefined,
        async fn() {
          const cell = await runCell(scenario, { name, balancer: name }, {
            cluster,
            callTimeoutMs: CALL_TIMEOUT_MS,
          });
          assertEquals(cell.kind === "ran" ? cell.deviations : [], []);
        },
      });
    }
  }
}
