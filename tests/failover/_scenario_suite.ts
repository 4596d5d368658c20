import { assertEquals } from "@std/assert";
import type { BalancerName } from "../../balancers/mod.ts";
import { findEtcd } from "../harness/mod.ts";
import { cluster, startCluster } from "./_cluster.ts";
import { CATALOGUE } from "../scenarios/catalogue.ts";
import { runCell } from "../scenarios/cell.ts";
import { isLong } from "../scenarios/long_scenarios.ts";
import { scenarioName } from "../scenarios/scenario.ts";
import { skipReason } from "../scenarios/verdict/skips.ts";

const CALL_TIMEOUT_MS = 500;

// Now: what is skipped depends on the server.
const binaries = await findEtcd();

/**
 * A test for each scenario under one strategy, all on one cluster. Each
 * strategy has a file of its own, so that `deno test --parallel` runs two of
 * them at a time; the long scenarios have theirs in `tests/matrix/`.
 */
export function testScenarios(
  name: BalancerName,
  { length }: { readonly length: "short" | "long" },
): void {
  startCluster({ binaries });

  for (const scenario of CATALOGUE) {
    if (isLong(scenario) !== (length === "long")) continue;
    Deno.test({
      name: `${name} | ${scenarioName(scenario)}`,
      ignore:
        skipReason(scenario, { subject: name, etcd: binaries.version }) !==
          undefined,
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
