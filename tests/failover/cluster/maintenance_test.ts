// Alarms, and calls to one member, held against what etcdctl says.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Client,
  ClientClosedError,
  EtcdError,
  InvalidOptionError,
  NoSpaceError,
  TimeoutError,
  UnsupportedError,
} from "../../../mod.ts";
import { etcdctl, startEtcd, waitFor } from "../../harness/mod.ts";
import { settle } from "../../scenarios/steps/clients.ts";
import { repeatDuring } from "../../scenarios/steps/repeat_during.ts";
import { told, type ToldStatus } from "../every_rpc/_maintenance.ts";
import { cluster, startThreeMembers } from "../_three_members.ts";

const QUOTA_BYTES = 4n * 1_024n * 1_024n;

startThreeMembers();

function connect(): Client {
  return new Client({ endpoints: cluster.endpoints, requestTimeoutMs: 20_000 });
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => call, EtcdError)).code;
}

Deno.test("member().status() and health() tell what etcdctl does", async () => {
  await using client = connect();
  const leader = await cluster.leader();
  for (const member of cluster.members) {
    await using calls = client.member(member.endpoint);
    assertEquals(calls.endpoint, member.endpoint);
    // A database that is being written grows between two looks at it.
    const { status, Status } = await waitFor("two looks alike", async () => {
      const status = await calls.status();
      const { Status } = await told<ToldStatus>(cluster, member, "status");
      return status.dbSizeBytes === BigInt(Status.dbSize) && { status, Status };
    });
    assertEquals(status.version, Status.version);
    assertEquals(status.version, cluster.binaries.version);
    assertEquals(status.raftTerm, BigInt(Status.raftTerm));
    assertEquals(status.header.memberId, member.id);
    assertEquals(status.leader, leader.id);
    assertEquals([status.isLearner, status.errors], [false, []]);
    assert(status.dbSizeInUseBytes <= status.dbSizeBytes);
    assert(status.raftAppliedIndex <= status.raftIndex);
    assertEquals(await calls.health(), "serving");
  }
});

Deno.test("member().moveLeader() hands over, and only the leader does", async () => {
  await using client = connect();
  const leader = await cluster.leader();
  const follower = await cluster.follower();
  const code = await codeOf(
    client.member(follower.endpoint).moveLeader(follower.id),
  );
  assertEquals(code, "not_leader");
  await client.member(leader.endpoint).moveLeader(follower.id);
  await waitFor("the follower to lead", async () => {
    return (await client.member(follower.endpoint).status()).leader ===
      follower.id;
  });
  assertEquals((await cluster.leader()).name, follower.name);
  const nobody = client.member(follower.endpoint).moveLeader(12_345n);
  assertEquals(await codeOf(nobody), "bad_leader_transferee");
});

Deno.test("member().defragment() gives space back, and no call is lost to it", async () => {
  await using client = connect();
  for (let at = 0; at < 8; at++) {
    await client.put("large", "x".repeat(1_000_000));
  }
  const { header: { revision } } = await client.put("large", "small");
  await client.kv.compact(revision, { physical: true });
  let served = 0;
  const load = async () => {
    await client.put("load", `${++served}`);
  };
  await repeatDuring([load, load], async () => {
    for (const member of cluster.members) {
      const calls = client.member(member.endpoint);
      await waitFor("the member to have compacted", async () => {
        const { dbSizeBytes, dbSizeInUseBytes } = await calls.status();
        return dbSizeBytes > 8_000_000n && dbSizeInUseBytes < 4_000_000n;
      });
      await calls.defragment();
      const { dbSizeBytes } = await calls.status();
      assert(dbSizeBytes < 4_000_000n, `${member.name} has ${dbSizeBytes}`);
      const before = served;
      await waitFor("calls after it", () => served > before + 10);
    }
  }, {});
  assertEquals((await client.get("large"))?.value.text(), "small");
});

Deno.test("member().downgrade is checked, begun and ended, where there is such a thing", async () => {
  await using client = connect();
  const { version } = cluster.binaries;
  const { downgrade } = client.member((await cluster.leader()).endpoint);
  if (version.startsWith("3.4.")) {
    for (
      const call of [
        () => downgrade.validate("3.3"),
        () => downgrade.enable("3.3"),
        () => downgrade.cancel(),
      ]
    ) {
      const error = await assertRejects(call, UnsupportedError);
      assertEquals(error.needs, "etcd 3.5");
    }
    return;
  }
  const before = `3.${Number(version.split(".")[1]) - 1}`;
  assertEquals(
    await codeOf(downgrade.validate("3.0")),
    "invalid_downgrade_target_version",
  );
  assertEquals(
    await codeOf(downgrade.validate("three")),
    "wrong_downgrade_version_format",
  );
  const { version: now } = await downgrade.validate(before);
  assert(version.startsWith(now.split(".").slice(0, 2).join(".")), now);
  const change = async (call: Promise<unknown>) => {
    if (!version.startsWith("3.5.")) {
      await call;
      return;
    }
    // etcd 3.5 does as told and forgets to answer (its apply.go).
    const error = await assertRejects(() => call, TimeoutError);
    assert(error.maybeCommitted);
  };
  await change(downgrade.enable(before, { timeoutMs: 1_500 }));
  const again = downgrade.validate(before);
  assertEquals(await codeOf(again), "downgrade_in_process");
  await change(downgrade.cancel({ timeoutMs: 1_500 }));
  await downgrade.validate(before);
});

Deno.test("member() has a connection of its own, and another one after close()", async () => {
  const client = connect();
  // A dial that was still under way would be counted as one of the member's.
  await settle(client);
  const before = client.balancer;
  const [member] = cluster.members;
  assert(member);
  const calls = client.member(member.endpoint);
  await member.proxy.resetStats();
  await calls.status();
  await client.member(member.endpoint).status();
  assertEquals((await member.proxy.stats()).accepted, 1);
  await calls.close();
  await calls.close();
  await calls.status();
  assertEquals((await member.proxy.stats()).accepted, 2);
  assertEquals(client.balancer.dials, before.dials);
  await client.close();
  await assertRejects(() => calls.status(), ClientClosedError);
  await assertRejects(
    () => client.member(member.endpoint).status(),
    ClientClosedError,
  );
  assertThrows(() => client.member(""), InvalidOptionError);
});

Deno.test("a full database says how to recover, which this API does", async () => {
  await using full = await startEtcd({
    extraArgs: [`--quota-backend-bytes=${QUOTA_BYTES}`],
  });
  await using client = new Client({
    endpoints: full.endpoints,
    requestTimeoutMs: 20_000,
  });
  assertEquals(await client.maintenance.alarms(), []);
  const error = await assertRejects(async () => {
    for (let at = 0; at < 50; at++) {
      await client.put("large", "x".repeat(500_000));
    }
  }, NoSpaceError);
  assert(
    error.message.includes("compact, defragment each member, then disarm"),
    error.message,
  );
  // More than one member may raise one, each in its time.
  await waitFor("the alarms, as etcdctl has them", async () => {
    const alarms = await client.maintenance.alarms();
    const text = await etcdctl(full, ["alarm", "list"]);
    const lines = alarms.map(({ memberId, type }) => {
      assertEquals(type, "no_space");
      return `memberID:${memberId} alarm:NOSPACE`;
    });
    return lines.length > 0 &&
      text.trim().split("\n").map((line) => line.trim()).sort().join() ===
        lines.sort().join();
  });
  await assertRejects(() => client.put("small", "x"), NoSpaceError);
  const { header: { revision } } = await client.range("large");
  await client.kv.compact(revision, { physical: true });
  for (const { name, endpoint } of full.members) {
    const calls = client.member(endpoint);
    // One that has not compacted yet has nothing to give back.
    await waitFor(`space on ${name}`, async () => {
      await calls.defragment();
      return (await calls.status()).dbSizeBytes < QUOTA_BYTES / 2n;
    });
  }
  assertEquals(await client.maintenance.disarm({ type: "corrupt" }), []);
  const disarmed = await client.maintenance.disarm({ type: "no_space" });
  assert(disarmed.length > 0);
  assertEquals((await etcdctl(full, ["alarm", "list"])).trim(), "");
  await client.put("small", "x");
  assertEquals(await client.maintenance.disarm(), []);
});
