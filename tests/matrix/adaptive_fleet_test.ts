// A thousand clients that only watch: what they ask at rest, and how soon they
// all leave a member that has gone silent.
import { assert, assertEquals } from "@std/assert";
import { adaptive } from "../../balancers/mod.ts";
import { measureFleet } from "../../bench/_fleet.ts";
import { cluster, startCluster } from "../failover/_cluster.ts";

const CLIENTS = 1_000;
const LOOK_MS = 20_000;

startCluster();

for (
  const { watchMs, perSecond, withinMs } of [
    { watchMs: undefined, perSecond: 450, withinMs: 3_000 },
    { watchMs: 10_000, perSecond: 110, withinMs: 12_000 },
  ]
) {
  Deno.test(
    `adaptive | ${CLIENTS} watching clients with watchMs ${
      watchMs ?? "by default"
    } ask ${perSecond} times a second at most, and leave a frozen member in ${withinMs} ms`,
    async () => {
      const { afterAMinute, struck, missed, lastEventMs } = await measureFleet(
        cluster,
        {
          balancer: adaptive(watchMs === undefined ? {} : { watchMs }),
          clients: CLIENTS,
          lookMs: LOOK_MS,
          faultMs: 2 * withinMs,
        },
      );
      assert(struck > CLIENTS / 6, `only ${struck} were there`);
      assertEquals(missed, 0);
      assert(lastEventMs <= withinMs, `${lastEventMs} ms`);
      const asked = afterAMinute.questionsPerSecond;
      assert(asked > 0 && asked <= perSecond, `${asked} a second`);
    },
  );
}
