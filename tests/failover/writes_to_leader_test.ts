// `adaptive({ writesToLeader: true })` in the lab: a follower that is silent,
// isolated or frozen costs it no write at all.
import { assertEquals } from "@std/assert";
import { adaptive } from "../../balancers/mod.ts";
import { cluster, startCluster } from "./_cluster.ts";
import { CATALOGUE } from "../scenarios/catalogue.ts";
import { runCell } from "../scenarios/cell.ts";
import { scenarioName } from "../scenarios/scenario.ts";

// Puts, deletes and transactions on a silent follower, puts on a frozen and on
// an isolated one.
const NONE_FAILS = [1, 2, 3, 15, 37];
// Of the leader itself: one beyond those that wait for the election.
const LEADER = CATALOGUE.filter(({ title }) =>
  title.startsWith("puts and gets while the leader")
).map(({ id }) => id);

startCluster();

for (const scenario of CATALOGUE) {
  const noneFails = NONE_FAILS.includes(scenario.id);
  if (!noneFails && !LEADER.includes(scenario.id)) continue;
  Deno.test(`adaptive with writesToLeader | ${scenarioName(scenario)}`, async () => {
    const cell = await runCell(scenario, {
      name: "adaptive",
      balancer: adaptive({ writesToLeader: true }),
    }, { cluster, callTimeoutMs: 500 });
    if (cell.kind !== "ran") throw new Error(cell.reason);
    assertEquals(cell.deviations, []);
    if (noneFails) assertEquals(cell.run.failed, 0);
  });
}
