// A cluster of the harness, and what can be done to its members.
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import type {
  LeaseKeepAliveRequestInit,
  LeaseKeepAliveResponse,
} from "../../../../proto/gen/messages.ts";
import { fromBigInt, toBigInt } from "../../../../proto/int64.ts";
import { methods } from "../../../../proto/methods.ts";
import {
  rawCall,
  startEtcd,
  type TestCluster,
  waitFor,
} from "../../../harness/mod.ts";
import { TestingError } from "../../../../testing/errors/mod.ts";
import { has, put } from "./_raw_keys.ts";

let cluster: TestCluster;

Deno.test.beforeAll(async () => {
  cluster = await startEtcd();
});

Deno.test.afterAll(async () => {
  await cluster.close();
});

Deno.test("a started cluster serves through every fault proxy", async () => {
  assertEquals(cluster.members.map(({ name }) => name), ["m1", "m2", "m3"]);
  assertEquals(cluster.endpoints.length, 3);
  assertEquals(new Set(cluster.members.map(({ id }) => id)).size, 3);
  for (const endpoint of cluster.endpoints) await put(endpoint);
  for (const { endpoint, directEndpoint } of cluster.members) {
    assert(endpoint !== directEndpoint);
  }
});

Deno.test("the members tell clients of the fault proxies", async () => {
  const { members } = await rawCall(
    cluster.endpoints[0] ?? "",
    methods.cluster.memberList,
    {},
  );
  assertEquals(
    members.flatMap(({ clientURLs }) => clientURLs).toSorted(),
    cluster.endpoints.toSorted(),
  );
});

Deno.test("a fault of one proxy concerns its member alone", async () => {
  const [faulty, sound] = cluster.members;
  assert(faulty !== undefined && sound !== undefined);
  await faulty.proxy.set({ kind: "blackhole" });
  const error = await assertRejects(() => put(faulty.endpoint, 400));
  assertStringIncludes(String(error), "DEADLINE_EXCEEDED");
  await put(sound.endpoint);
  await faulty.proxy.set({ kind: "pass" });
  await put(faulty.endpoint);
});

Deno.test("isolate() cuts a follower off the others, not off its clients", async () => {
  const follower = await cluster.follower();
  await cluster.isolate(follower);
  const error = await assertRejects(() => put(follower.endpoint, 1_000));
  // The member knows the deadline, too, and may be first to give up.
  assertMatch(
    String(error),
    /DEADLINE_EXCEEDED|request timed out|proposal dropped/,
  );
  const others = cluster.members.filter((member) => member !== follower);
  const keys: string[] = [];
  for (const { endpoint } of others) keys.push(await put(endpoint));
  // It answers from what it has, and has none of the new.
  for (const key of keys) assert(!(await has(follower, key)));
  await cluster.heal();
  await waitFor("the follower to catch up", async () => {
    const there = await Promise.all(keys.map((key) => has(follower, key)));
    return there.every((yes) => yes);
  });
  await cluster.reset();
  await put(follower.endpoint);
});

Deno.test("a lease is renewed through a sound follower during a partition", async () => {
  await cluster.reset();
  const isolated = await cluster.follower();
  const leader = await cluster.leader();
  const sound = cluster.members.find((member) =>
    member !== leader && member !== isolated
  );
  assert(sound !== undefined);
  await cluster.isolate(isolated);
  const { ID } = await rawCall(leader.endpoint, methods.lease.grant, {
    TTL: fromBigInt(60n),
  });
  const client = new Client(
    sound.directEndpoint.replace("http://", ""),
    credentials.createInsecure(),
  );
  const stream = client.makeBidiStreamRequest(
    methods.lease.keepAlive.path,
    (request: LeaseKeepAliveRequestInit) =>
      methods.lease.keepAlive.encode(request) as Buffer,
    (reply: Buffer) => methods.lease.keepAlive.decode(reply),
    new Metadata(),
  );
  try {
    const answer = new Promise<LeaseKeepAliveResponse>((resolve, reject) => {
      stream.on("data", resolve);
      stream.on("error", reject);
    });
    stream.write({ ID });
    assertEquals(toBigInt((await answer).TTL), 60n);
    const ended = new Promise((resolve) => stream.on("end", resolve));
    stream.end();
    await ended;
  } finally {
    client.close();
  }
  await cluster.reset();
});

Deno.test("isolate() of the leader makes the others elect one", async () => {
  const old = await cluster.leader();
  await cluster.isolate(old);
  const next = await cluster.leader();
  assert(next !== old);
  await put(next.endpoint);
  await cluster.reset();
  await put(old.endpoint);
});

Deno.test("moveLeader() resolves when all follow the new leader", async () => {
  for (const member of cluster.members) {
    await cluster.moveLeader(member);
    assertEquals((await cluster.leader()).name, member.name);
    assert(await cluster.follower() !== member);
  }
});

Deno.test("kill() and restart() keep address and data", async () => {
  const member = await cluster.follower();
  const key = await put(member.endpoint);
  await member.kill();
  assert(!member.running);
  await assertRejects(() => put(member.endpoint, 300));
  await put((await cluster.leader()).endpoint);
  const { id } = member;
  await member.restart();
  assertEquals([member.running, member.id], [true, id]);
  assert(await has(member, key));
  await put(member.endpoint);
  await settleTimers();
});

Deno.test("stop() of the leader ends it, and another one leads", async () => {
  const leader = await cluster.leader();
  await leader.stop();
  assert(!leader.running);
  assert(await cluster.leader() !== leader);
  await assertRejects(
    () => cluster.moveLeader(leader),
    Error,
    `Cannot move the leader to ${leader.name}: it is down`,
  );
  await leader.restart();
});

Deno.test("freeze() lets connections stand, thaw() lets calls go on", async () => {
  const member = await cluster.follower();
  await member.freeze();
  assertEquals([member.running, member.frozen], [true, true]);
  const late = put(member.endpoint, 10_000);
  await assertRejects(() => put(member.endpoint, 400));
  await member.thaw();
  assert(!member.frozen);
  await late;
});

Deno.test("a frozen member can be stopped, or killed and restarted", async () => {
  const member = await cluster.follower();
  await member.freeze();
  await member.stop();
  assertEquals([member.running, member.frozen], [false, false]);
  const frozen = await assertRejects(() => member.freeze(), TestingError);
  const moved = () => cluster.moveLeader(member);
  const refused = await assertRejects(moved, TestingError);
  assertEquals([frozen.reason, refused.reason], ["state", "state"]);
  await member.restart();
  await member.freeze();
  await member.restart();
  assertEquals([member.running, member.frozen], [true, false]);
});

Deno.test("reset() undoes every fault at once", async () => {
  const leader = await cluster.leader();
  const [one, two] = cluster.members.filter((member) => member !== leader);
  assert(one !== undefined && two !== undefined);
  await one.kill();
  await two.freeze();
  await cluster.isolate(leader);
  await leader.proxy.set({ kind: "refuse" });
  await one.proxy.set({ kind: "hang" });
  await two.proxy.set({ kind: "blackhole" });
  await cluster.reset();
  for (const { endpoint } of cluster.members) await put(endpoint);
  await waitFor("the puts' connections to go", async () => {
    const stats = await Promise.all(
      cluster.members.map(({ proxy }) => proxy.stats()),
    );
    return stats.every(({ open }) => open === 0);
  });
  for (const { proxy } of cluster.members) {
    assertEquals((await proxy.stats()).accepted, 1);
  }
});

Deno.test("reset() brings back a cluster of which nobody is left", async () => {
  await Promise.all(cluster.members.map((member) => member.kill()));
  await cluster.reset();
  for (const { endpoint } of cluster.members) await put(endpoint);
});

Deno.test("metrics() gives the member's own counters", async () => {
  const [member] = cluster.members;
  assert(member !== undefined);
  const text = await member.metrics();
  const value = /^etcd_server_has_leader (\d)$/m.exec(text)?.[1];
  assertEquals(value, "1");
  assertGreater(text.length, 10_000);
});

/** The reconnect timer of a raw call that failed runs out by itself. */
async function settleTimers(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 120));
}
