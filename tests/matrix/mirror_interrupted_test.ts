// A mirror while one side refuses connections, for longer than a call has.
import { assert, assertEquals } from "@std/assert";
import { mirror, type MirrorState } from "../../recipes/mod.ts";
import { type TestCluster, waitFor } from "../harness/mod.ts";
import {
  assertEqual,
  from,
  newRoute,
  past,
  source,
  startTwoClusters,
  target,
  to,
} from "../failover/recipes/mirror/_two_clusters.ts";

const HEARTBEAT = { heartbeat: { intervalMs: 500, timeoutMs: 500 } };
const WAIT = { timeoutMs: 60_000 };

startTwoClusters();

function proxyOf({ members: [member] }: TestCluster) {
  assert(member);
  return member.proxy;
}

Deno.test("A mirror says which side it cannot reach, and goes on without a gap", async () => {
  const route = newRoute();
  const states: MirrorState[] = [];
  await using copy = await mirror(source, target, {
    ...route,
    ...HEARTBEAT,
    onStateChange: (state) => states.push(state),
  });
  await copy.waitFor(1n, WAIT);
  await using here = past(from);
  for (
    const [side, cluster] of [["source", from], ["target", to]] as const
  ) {
    await proxyOf(cluster).set({ kind: "refuse" });
    for (let at = 0; at < 20; at++) {
      await here.put(`${route.prefix}${at}`, `${side} ${at}`);
    }
    await here.delete(`${route.prefix}3`);
    await waitFor(
      `an interruption of the ${side}`,
      () => copy.state.kind === "interrupted" && copy.state.side === side,
    );
    await proxyOf(cluster).set({ kind: "pass" });
    await assertEqual(copy, route);
    assertEquals(copy.state, { kind: "following" });
  }
  assertEquals(
    states.filter(({ kind }) => kind === "syncing").length,
    1,
  );
});
