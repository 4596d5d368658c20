// What no scenario shows, as those have no heartbeat: only the watch knows.
import { assertEquals } from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import { waitFor } from "../../harness/mod.ts";
import { WatchLog } from "../../scenarios/watch/log.ts";
import { followerOf, observer } from "../../scenarios/steps/clients.ts";
import { clientOf } from "../streams/_subject.ts";
import { cluster, startThreeMembers } from "../_three_members.ts";

startThreeMembers();

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | #10 watch with a heartbeat leaves a silent member if it may`, async () => {
    await cluster.reset();
    await using writer = observer(cluster);
    const target = await followerOf(cluster);
    await using client = await clientOf(target, balancer);
    const key = `heartbeat/${balancer}`;
    const watch = client.watch(key, {
      heartbeat: { intervalMs: 300, timeoutMs: 200 },
    });
    await watch.ready;
    await using log = new WatchLog(watch);
    // One answer, so that it is known that the watch has caught up.
    await watch.requestProgress();
    client.setEndpoints(cluster.endpoints);
    await target.proxy.set({ kind: "blackhole" });
    const { revision } = (await writer.put(key, "x")).header;
    await waitFor(
      "a heartbeat that was missed",
      () => watch.state.kind !== "live" || log.events > 0,
    );
    // The other two have a pin, which it does not leave.
    if (balancer === "grpc1.0" || balancer === "grpc1.7") {
      assertEquals(log.events, 0);
    } else await log.caughtUp([revision]);
    await target.proxy.set({ kind: "pass" });
    await log.caughtUp([revision]);
    assertEquals(log.revisions, [revision]);
  });
}
