// A mirror while one side refuses connections, for longer than a call has.
import { assertEquals } from "@std/assert";
import { mirror, type MirrorState } from "../../recipes/mod.ts";
import { waitFor } from "../harness/mod.ts";
import {
  assertEqual,
  from,
  HEARTBEAT,
  newRoute,
  past,
  PATIENT,
  source,
  startTwoClusters,
  target,
  to,
} from "../failover/recipes/mirror/_two_clusters.ts";

startTwoClusters();

Deno.test("A mirror says which side it cannot reach, and goes on without a gap", async () => {
  const route = newRoute();
  const states: MirrorState[] = [];
  await using copy = await mirror(source, target, {
    ...route,
    ...HEARTBEAT,
    onStateChange: (state) => states.push(state),
  });
  await copy.waitFor(1n, PATIENT);
  await using here = past(from);
  for (
    const [side, cluster] of [["source", from], ["target", to]] as const
  ) {
    await cluster.link(0).set({ kind: "refuse" });
    for (let at = 0; at < 20; at++) {
      await here.put(`${route.prefix}${at}`, `${side} ${at}`);
    }
    await here.delete(`${route.prefix}3`);
    await waitFor(
      `an interruption of the ${side}`,
      () => copy.state.kind === "interrupted" && copy.state.side === side,
    );
    await cluster.link(0).set({ kind: "pass" });
    await assertEqual(copy, route);
    assertEquals(copy.state, { kind: "following" });
  }
  assertEquals(
    states.filter(({ kind }) => kind === "syncing").length,
    1,
  );
});
