// All watches of a client at once: how far they are, and a cluster without a
// leader, which some of them wait out and others tell.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type BalancerName,
  NoLeaderError,
  prefix,
  TimeoutError,
  type Watch,
} from "../../../mod.ts";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import { waitFor } from "../../harness/mod.ts";
import { observer } from "../../scenarios/steps/clients.ts";
import { cluster, newClient, startThreeMembers } from "../_three_members.ts";

startThreeMembers();

Deno.test("Client.requestProgress() tells what all watches have, those of namespaces too", async () => {
  await using writer = observer(cluster);
  await using client = newClient("grpc1.23");
  assertEquals(await client.requestProgress(), undefined);
  const watches = [
    client.watch(prefix("all/")),
    client.watch("all/1"),
    client.namespace("all/").watch("1"),
    client.watch("all/1", { requireLeader: false }),
  ];
  await Promise.all(watches.map(({ ready }) => ready));
  const { revision } = (await writer.put("all/1", "x")).header;
  await waitFor(
    "the revision",
    async () => (await client.requestProgress() ?? 0n) >= revision,
  );
  // It is there already: none of them was read until now.
  for (const watch of watches) {
    const { value } = await watch[Symbol.asyncIterator]().next();
    assertEquals(value?.events[0]?.kv.modRevision, revision);
    await watch.close();
  }
  assertEquals(await client.requestProgress(), undefined);
});

/** A watch of each kind, over a client with this strategy. */
async function follow(balancer: BalancerName) {
  const client = newClient(balancer);
  const ending = client.watch("k", { onLeaderLoss: "end" });
  const waiting = client.watch("k");
  await Promise.all([ending.ready, waiting.ready]);
  const ended = assertRejects(
    () => readUntil(ending, Infinity),
    NoLeaderError,
  );
  ended.catch(() => {});
  return { balancer, client, ending, waiting, ended };
}

async function readUntil(watch: Watch, events: number): Promise<bigint[]> {
  const read: bigint[] = [];
  for await (const { kv } of watch.events()) {
    read.push(kv.modRevision);
    if (read.length >= events) break;
  }
  return read;
}

Deno.test("onLeaderLoss: end ends a watch when the quorum is lost, and others wait until it is back", async () => {
  await cluster.reset();
  await using writer = observer(cluster);
  await using stack = new AsyncDisposableStack();
  const all = await Promise.all(BALANCER_NAMES.map(follow));
  for (const { client } of all) stack.use(client);
  const before = (await writer.put("k", "before")).header.revision;
  await waitFor(
    "the event before",
    () => all.every(({ ending }) => ending.cursor === before + 1n),
  );
  const [first, second] = cluster.members;
  for (const member of [first, second]) await member?.kill();
  for (const { balancer, ended, ending, waiting, client } of all) {
    const error = await ended;
    assertEquals([error.code, error.method], ["no_leader", "Watch.Watch"]);
    assertEquals(error.endpoint, cluster.members[2]?.endpoint, balancer);
    assertEquals(ending.state, { kind: "closed", reason: error });
    assertEquals(waiting.state.kind, "reconnecting", balancer);
    await assertRejects(
      () => client.requestProgress({ timeoutMs: 200 }),
      TimeoutError,
    );
  }
  await cluster.reset();
  const after = (await writer.put("k", "after")).header.revision;
  for (const { client, ending, waiting } of all) {
    assertEquals(await readUntil(waiting, 2), [before, after]);
    // Where it has ended another one goes on.
    const startRevision = ending.cursor;
    assert(startRevision !== undefined);
    const next = client.watch("k", { startRevision });
    assertEquals(await readUntil(next, 1), [after]);
  }
});
