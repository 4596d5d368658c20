import { assertEquals } from "@std/assert";
import { BALANCER_NAMES } from "../../balancers/mod.ts";
import { Cluster, findEtcd } from "../harness/mod.ts";
import { CATALOGUE } from "../scenarios/catalogue.ts";
import { runCell } from "../scenarios/cell.ts";
import { scenarioName } from "../scenarios/scenario.ts";
import { skipReason } from "../scenarios/skips.ts";

const CALL_TIMEOUT_MS = 500;

// Now: what is skipped depends on the server.
const binaries = await findEtcd();
let cluster: Cluster;

Deno.test.beforeAll(async () => {
  cluster = await Cluster.start({ binaries });
});

Deno.test.afterAll(async () => {
  await cluster.close();
});

for (const name of BALANCER_NAMES) {
  for (const scenario of CATALOGUE) {
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
