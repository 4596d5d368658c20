// Elections on a real cluster: leaders, those who watch them, who else runs.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  EtcdError,
  InvalidOptionError,
  LockLostError,
  op,
  TimeoutError,
} from "../../../mod.ts";
import { etcdctl } from "../../harness/mod.ts";
import { untilQueued } from "./_subject.ts";
import { client, cluster, nextSerial, startOneMember } from "../_one_member.ts";

startOneMember();

/** A name that no other test uses. */
function fresh(): string {
  return `election${nextSerial()}`;
}

Deno.test("Session.campaign() makes one after another the leader", async () => {
  const name = fresh();
  await using one = await client.session();
  await using other = await client.session();
  const first = await one.campaign(name, "first");
  const waiting = other.campaign(name, "second");
  await untilQueued(client, name, 2);
  assertEquals((await client.election.leader(name))?.value.text(), "first");
  await first.proclaim("first again");
  assertEquals(
    (await client.election.leader(name))?.value.text(),
    "first again",
  );
  await first.resign();
  const second = await waiting;
  assert(second.revision > first.revision);
  assert(first.signal.aborted && first.signal.reason instanceof LockLostError);
  assertFalse(second.signal.aborted);
  const error = await assertRejects(
    () => first.proclaim("still me"),
    LockLostError,
  );
  assertFalse(error.maybeCommitted);
  const guarded = async (leader: typeof first) =>
    (await client.txn({ if: [leader.guard], then: [op.put(name, "x")] }))
      .succeeded;
  assertEquals([await guarded(first), await guarded(second)], [false, true]);
  await second.resign();
  assertEquals(await client.election.leader(name), undefined);
});

Deno.test("Leadership.proclaim() gives the header of the member that answered", async () => {
  const name = fresh();
  await using session = await client.session();
  await using leader = await session.campaign(name, "first");
  const { header, prevKv } = await leader.proclaim("second");
  const kv = await client.get(leader.key);
  assertEquals([prevKv, kv?.modRevision], [undefined, header.revision]);
  const { header: { revision, ...answering } } = await client.range(name);
  assert(answering.memberId !== 0n && answering.clusterId !== 0n);
  assertEquals(header, { ...answering, revision });
});

Deno.test("Session.campaign() that is late withdraws", async () => {
  const name = fresh();
  await using one = await client.session();
  await using other = await client.session();
  await using leader = await one.campaign(name, "first");
  await assertRejects(
    () => other.campaign(name, "second", { timeoutMs: 100 }),
    TimeoutError,
  );
  await untilQueued(client, name, 1);
  assertFalse(leader.signal.aborted);
});

Deno.test("Elections are the same to etcdctl, the server's service and sessions", async () => {
  const name = fresh();
  await using session = await client.session();
  await using lease = await client.lease.grant(60);
  const mine = await session.campaign(name, "mine");
  const told = await etcdctl(cluster, ["get", "--prefix", `${name}/`]);
  assertEquals(told, `${mine.key.text()}\nmine\n`);
  const serving = client.election.campaign(name, "served", {
    lease: lease.id,
  });
  await untilQueued(client, name, 2);
  await using other = await client.session();
  const last = other.campaign(name, "last");
  await untilQueued(client, name, 3);
  await mine.resign();
  const { leader, header } = await serving;
  assertEquals(leader.name.text(), name);
  assertEquals(leader.key.text(), `${name}/${lease.id.toString(16)}`);
  assertEquals([leader.lease, leader.revision <= header.revision], [
    lease.id,
    true,
  ]);
  await client.election.proclaim(leader, "served again");
  const listened = await client.election.leader(name);
  assertEquals(listened?.value.text(), "served again");
  assertEquals(listened?.createRevision, leader.revision);
  await client.election.resign(leader);
  await using elected = await last;
  // A stale leader does nothing, and is told where that matters.
  await client.election.resign(leader);
  const error = await assertRejects(
    () => client.election.proclaim(leader, "stale"),
    LockLostError,
  );
  assertFalse(error.maybeCommitted);
  assertEquals(
    (await client.election.leader(name))?.key.text(),
    elected.key.text(),
  );
});

Deno.test("client.election refuses what cannot be before anything is sent", async () => {
  const bad: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["name", () => client.election.leader("")],
    ["lease", () => client.election.campaign("n", "v", { lease: 0n })],
    ["lease", () => client.lock.lock("n", { lease: 0n })],
    ["value", () => client.election.campaign("n", 1 as never, { lease: 1n })],
    ["leader", () => client.election.resign(undefined as never)],
    ["timeoutMs", async () => {
      await using session = await client.session();
      await session.lock("n", { timeoutMs: 0 });
    }],
    ["ttlSeconds", () => client.session({ ttlSeconds: 0.5 })],
  ];
  for (const [option, call] of bad) {
    const error = await assertRejects(call, InvalidOptionError);
    assertEquals(error.option, option);
  }
  const unknown = await assertRejects(
    () => client.election.campaign("n", "v", { lease: 4711n }),
    EtcdError,
  );
  assertEquals(unknown.code, "lease_not_found");
});
