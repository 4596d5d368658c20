// Where endpoints come from, on a real cluster: members, learners, changes
// under load.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BALANCER_NAMES, type BalancerName } from "../../../balancers/mod.ts";
import { toUnsignedBigInt } from "../../../proto/int64.ts";
import type { MemberAddResponse } from "../../../proto/gen/messages.ts";
import { methods } from "../../../proto/methods.ts";
import { isServiceError } from "../../harness/cluster/raw_call.ts";
import { type Member, rawCall, waitFor } from "../../harness/mod.ts";
import { cluster, startCluster } from "../_cluster.ts";
import { repeatDuring } from "../../scenarios/steps/repeat_during.ts";
import { type Client, prefix } from "../../../mod.ts";
import { codeOf } from "../auth/_subject.ts";
import { clientOf } from "./_subject.ts";

let learner: Member;

startCluster();

Deno.test.beforeAll(async () => {
  learner = await cluster.join((peerUrl) =>
    addMember({ peerURLs: [peerUrl], isLearner: true })
  );
});

function first(): Member {
  const [member] = cluster.members;
  assert(member !== undefined);
  return member;
}

/** Adds a member, when etcd thinks that all have been well for long enough. */
async function addMember(
  request: {
    readonly peerURLs: readonly string[];
    readonly isLearner: boolean;
  },
): Promise<MemberAddResponse> {
  const endpoint = (await cluster.leader()).directEndpoint;
  return await waitFor("a cluster that takes a member", async () => {
    try {
      return await rawCall(endpoint, methods.cluster.memberAdd, request);
    } catch (error) {
      if (!isServiceError(error)) throw error;
      assertStringIncludes(error.details, "unhealthy cluster");
      return undefined;
    }
  }, { timeoutMs: 30_000 });
}

let unstarted = 0;

/** Adds a voter that never starts, and removes it in the end. */
async function withUnstarted(task: () => Promise<void>): Promise<void> {
  const endpoint = (await cluster.leader()).directEndpoint;
  const { memberRemove } = methods.cluster;
  const added = await addMember({
    // Never the same twice: its id is made of its address and the second, and
    // etcd refuses one that was removed ("member not found").
    peerURLs: [`http://127.0.0.1:${++unstarted}`],
    isLearner: false,
  });
  try {
    await task();
  } finally {
    const ID = added.member?.ID;
    assert(ID !== undefined);
    await rawCall(endpoint, memberRemove, { ID });
  }
}

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | #60 syncEndpoints() leaves out a learner and a member that has not started`, async () => {
    await withUnstarted(async () => {
      await using client = clientOf(first().endpoint, { balancer });
      const found = await client.syncEndpoints();
      assertEquals([...found].sort(), [...cluster.endpoints].sort());
      await client.put("#60", "x");
    });
  });

  Deno.test(`${balancer} | #65 a learner alone serves nothing but serializable reads`, async () => {
    await using client = clientOf(learner.endpoint, {
      balancer,
      requestTimeoutMs: 1_000,
    });
    const codes = [
      await codeOf(client.range("#65")),
      await codeOf(client.put("#65", "x")),
      await codeOf(client.range("#65", { serializable: true })),
    ];
    assertEquals(codes, [
      "not_supported_for_learner",
      "not_supported_for_learner",
      "none",
    ]);
  });

  // Go's 1.0 and 1.7 had no learners to meet, and would have stayed on one.
  Deno.test(`${balancer} | #65 no call fails for a learner, if there is a voter`, async () => {
    await using client = await onLearner(balancer);
    for (let made = 0; made < 10; made++) {
      await client.range("#65");
      await client.put("#65", String(made));
    }
    if (balancer === "grpc1.0" || balancer === "grpc1.7") {
      assertEquals(client.balancer.pin, first().endpoint);
    }
    const got = await client.get("#65");
    assertEquals(got?.value.text(), "9");
  });

  Deno.test(`${balancer} | #65 syncEndpoints() leaves a learner that the client is on`, async () => {
    await using client = await onLearner(balancer);
    const found = await client.syncEndpoints();
    assertEquals([...found].sort(), [...cluster.endpoints].sort());
    await client.put("#65", "synchronized");
  });

  Deno.test(`${balancer} | #65 no stream stays on a learner, if there is a voter`, async () => {
    await using client = await onLearner(balancer);
    await using watch = client.watch("#65/watched");
    await waitFor("a watch on the voter", () => watch.state.kind === "live");
    const keys = ["#65/list/a", "#65/list/b", "#65/list/c"];
    for (const key of keys) await client.put(key, "x");
    await using lease = await client.lease.grant(60);
    await toLearner(client);
    await lease.keepAlive();
    await toLearner(client);
    assertEquals(await lease.keepAliveOnce(), 60);
    await toLearner(client);
    const leaders = client.election.observe("#65/election");
    const observed = leaders.next();
    await client.election.campaign("#65/election", "me", { lease: lease.id });
    assertEquals((await observed).value?.value.text(), "me");
    await leaders.return?.();
    await toLearner(client);
    const listed: string[] = [];
    const options = { pageSize: 1 };
    for await (const { key } of client.list(prefix("#65/list/"), options)) {
      listed.push(key.text());
    }
    assertEquals(listed, keys);
    // A learner of etcd 3.4 refuses this, later ones do not.
    await toLearner(client);
    for await (const bytes of client.maintenance.snapshot()) {
      assert(bytes.length > 0);
    }
  });

  Deno.test(`${balancer} | setEndpoints() under load fails no call`, async () => {
    await using client = clientOf(cluster.endpoints, { balancer });
    const lists = [
      cluster.endpoints.slice(0, 1),
      cluster.endpoints.slice(1),
      cluster.endpoints,
      cluster.endpoints.slice(2),
    ];
    let calls = 0;
    const write = async () => {
      await client.put("load", String(calls++));
    };
    const read = async () => {
      await client.range("load");
      calls++;
    };
    await repeatDuring([write, write, read, read], async (signal) => {
      for (let change = 0; change < 24; change++) {
        client.setEndpoints(lists[change % lists.length] ?? []);
        const enough = calls + 20;
        await waitFor("more calls", () => calls >= enough, { signal });
      }
    }, {});
    assert(calls >= 480);
    await waitFor("one connection for each endpoint at most", () => {
      return client.balancer.connections <= client.balancer.endpoints.length;
    });
  });
}

/** A client that is connected to the learner, and knows a voter. */
async function onLearner(balancer: BalancerName): Promise<Client> {
  const client = clientOf(learner.endpoint, { balancer });
  await toLearner(client);
  return client;
}

/** Connects it to the learner, so that this one is the pin, and adds a voter. */
async function toLearner(client: Client): Promise<void> {
  client.setEndpoints(learner.endpoint);
  await client.connect();
  client.setEndpoints([learner.endpoint, first().endpoint]);
}

Deno.test("autoSyncIntervalMs follows a learner that is promoted", async () => {
  await using client = clientOf(first().endpoint, { autoSyncIntervalMs: 50 });
  await client.range("x");
  const urls = () => client.balancer.endpoints.map(({ endpoint }) => endpoint);
  await waitFor("three voters", () => urls().length === 3);
  const leader = await cluster.leader();
  const { memberPromote, memberList } = methods.cluster;
  const { members } = await rawCall(leader.directEndpoint, memberList, {});
  const ID = members.find(({ isLearner }) => isLearner)?.ID;
  assert(ID !== undefined);
  assertEquals(toUnsignedBigInt(ID), learner.id);
  await waitFor("a learner that has caught up", async () => {
    try {
      return await rawCall(leader.directEndpoint, memberPromote, { ID });
    } catch (error) {
      if (!isServiceError(error)) throw error;
      assertStringIncludes(error.details, "in sync with leader");
      return undefined;
    }
  });
  await waitFor("four voters", () => urls().includes(learner.endpoint));
  await client.put("promoted", "x");
});
