// Where watches start on real servers, of which the newer ones tell no
// progress as long as a start lies ahead of their store.
import { assertEquals } from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import type { WatchOptions } from "../../../mod.ts";
import { metricOf, sleep, waitFor } from "../../harness/mod.ts";
import { observer } from "../../scenarios/steps/clients.ts";
import {
  compactEverywhere,
  cutAll,
  setAll,
} from "../../scenarios/steps/every_member.ts";
import { cluster, newClient, startThreeMembers } from "../_three_members.ts";

startThreeMembers();

/** Keeps why a watch was disconnected. */
function lossesOf(options: WatchOptions): {
  readonly losses: unknown[];
  readonly options: WatchOptions;
} {
  const losses: unknown[] = [];
  const onStateChange: WatchOptions["onStateChange"] = (state) => {
    if (state.kind === "reconnecting") losses.push(state.reason);
  };
  return { losses, options: { ...options, onStateChange } };
}

/** The number of messages that the members have sent to watches. */
function toldOfWatches(): Promise<number> {
  return metricOf(cluster.members, "grpc_server_msg_sent_total", {
    grpc_method: "Watch",
  });
}

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | #73 idle watch is told its progress after a cut, and not taken for dead`, async () => {
    await cluster.reset();
    await using client = newClient(balancer);
    const { losses, options } = lossesOf({
      heartbeat: { intervalMs: 300, timeoutMs: 1_000 },
      signal: AbortSignal.timeout(10_000),
    });
    const watch = client.watch(`idle/${balancer}`, options);
    const { revision } = await watch.ready;
    await cutAll(cluster);
    await waitFor("the disconnect", () => losses.length > 0);
    // Nothing is written.
    assertEquals(await watch.requestProgress(), revision);
    // Of a stream that is taken for dead after 1.3 s, no question is answered.
    const before = await toldOfWatches();
    await waitFor(
      "six answers, each asked for 0.3 s after the one before",
      async () => await toldOfWatches() >= before + 6,
    );
    assertEquals(losses.length, 1, `${losses}`);
  });

  Deno.test(`${balancer} | #70 watch with a start far ahead is not taken for dead`, async () => {
    await cluster.reset();
    await using client = newClient(balancer);
    await using writer = observer(cluster);
    const { header } = await writer.put("elsewhere", "");
    const { losses, options } = lossesOf({
      heartbeat: { intervalMs: 300, timeoutMs: 200 },
      startRevision: header.revision + 1_000n,
    });
    const watch = client.watch(`ahead/${balancer}`, options);
    await watch.ready;
    // No answer is possible for so long. It would be dead after 2.3 s.
    await sleep(3_000);
    assertEquals([losses, watch.state.kind], [[], "live"]);
  });

  Deno.test(`${balancer} | #68 watch whose next revision is the oldest left goes on there`, async () => {
    await cluster.reset();
    await using client = newClient(balancer);
    await using writer = observer(cluster);
    const key = `oldest/${balancer}`;
    const watch = client.watch(key, {
      heartbeat: false,
      signal: AbortSignal.timeout(30_000),
    });
    await watch.ready;
    await setAll(cluster, { kind: "refuse" });
    await waitFor("the disconnect", () => watch.state.kind !== "live");
    const oldest = (await writer.put(key, "kept")).header.revision;
    const last = (await writer.put(key, "last")).header.revision;
    await compactEverywhere(cluster, { writer, compacted: oldest });
    await setAll(cluster, { kind: "pass" });
    const revisions: bigint[] = [];
    for await (const { kv } of watch.events()) {
      revisions.push(kv.modRevision);
      if (kv.modRevision >= last) break;
    }
    assertEquals(revisions, [oldest, last]);
  });
}
