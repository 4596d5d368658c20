// The server's locks and elections in a namespace, and who else sees them.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  InvalidOptionError,
  type Keyspace,
  type LeaderKey,
  LockLostError,
} from "../../../mod.ts";
import { etcdctl, waitFor } from "../../harness/mod.ts";
import { untilQueued } from "../locks/_subject.ts";
import { client, cluster, nextSerial, startOneMember } from "../_one_member.ts";

startOneMember();

/** A namespace that no other test uses, and its prefix. */
function fresh(): { readonly at: string; readonly space: Keyspace } {
  const at = `services${nextSerial()}/`;
  return { at, space: client.namespace(at) };
}

async function keysOf(name: string): Promise<readonly string[]> {
  const told = await etcdctl(cluster, [
    "get",
    "--prefix",
    "--keys-only",
    "--sort-by=CREATE",
    `${name}/`,
  ]);
  return told.split("\n").filter((line) => line !== "");
}

Deno.test("Keyspace.lock stands in the queue of the whole name, with etcdctl and the client", async () => {
  const { at, space } = fresh();
  await using lease = await space.lease.grant(60);
  await using other = await client.lease.grant(60);
  const id = lease.id.toString(16);
  const { key } = await space.lock.lock("x", { lease });
  assertEquals(key.text(), `x/${id}`);
  assertEquals(await keysOf(`${at}x`), [`${at}x/${id}`]);
  const commanded = etcdctl(cluster, [
    "lock",
    `${at}x`,
    "--",
    "echo",
    "had it",
  ]);
  await untilQueued(client, `${at}x`, 2);
  const outside = client.lock.lock(`${at}x`, { lease: other });
  await untilQueued(client, `${at}x`, 3);
  const inside = await space.session();
  const last = inside.lock("x");
  await untilQueued(client, `${at}x`, 4);
  await space.lock.unlock(key);
  assertEquals(await commanded, "had it\n");
  const whole = await outside;
  assertEquals(whole.key.text(), `${at}x/${other.id.toString(16)}`);
  // Made by the client: the whole key, which the client alone gives back.
  await client.lock.unlock(whole.key);
  assertEquals((await last).key.text(), `x/${inside.lease.id.toString(16)}`);
  await inside.close();
  assertEquals(await keysOf(`${at}x`), []);
});

Deno.test("Keyspace.election is the one of the whole name, to etcdctl, sessions and who observes", async () => {
  const { at, space } = fresh();
  const deeper = space.namespace("eu/");
  await using lease = await client.lease.grant(60);
  const { leader } = await deeper.election.campaign("e", "one", { lease });
  const whole = `${at}eu/e/${lease.id.toString(16)}`;
  assertEquals(await keysOf(`${at}eu/e`), [whole]);
  await deeper.election.proclaim(leader, "two");
  const told = await etcdctl(cluster, ["get", "--print-value-only", whole]);
  assertEquals(told, "two\n");
  for (
    const [keyspace, name] of [
      [client, `${at}eu/e`],
      [space, "eu/e"],
      [deeper, "e"],
    ] as const
  ) {
    const seen = await keyspace.election.leader(name);
    assertEquals(seen?.value.text(), "two");
    assert(whole.endsWith(seen?.key.text() ?? "none"));
    for await (const { key, value } of keyspace.election.observe(name)) {
      assertEquals([key.text(), value.text()], [seen?.key.text(), "two"]);
      break;
    }
  }
  await using session = await client.session();
  const next = session.campaign(`${at}eu/e`, "three");
  await untilQueued(client, `${at}eu/e`, 2);
  await deeper.election.resign(leader);
  await using _next = await next;
  await waitFor(
    "the next leader",
    async () => (await deeper.election.leader("e"))?.value.text() === "three",
  );
  await assertRejects(
    () => deeper.election.proclaim(leader, "late"),
    LockLostError,
  );
});

Deno.test("A leader or lock of one keyspace is refused in another, and stays as it is", async () => {
  const { at, space } = fresh();
  await using lease = await client.lease.grant(60);
  const made = { space, client, deeper: space.namespace("e/") };
  const same = {
    space: client.namespace(at),
    client,
    deeper: client.namespace(`${at}e/`),
  };
  const names = ["space", "client", "deeper"] as const;
  for (const by of names) {
    const name = `of ${by}`;
    const { leader } = await made[by].election.campaign(name, "v", { lease });
    const { key } = await made[by].lock.lock(`${name}, too`, { lease });
    const copy: LeaderKey = { ...leader };
    for (const other of names.filter((one) => one !== by)) {
      const { election, lock } = made[other];
      await assertForeign(() => election.proclaim(copy, ""), "leader", at);
      await assertForeign(() => election.resign(leader), "leader", at);
      await assertForeign(() => lock.unlock(key), "key", at);
    }
    const still = await made[by].election.leader(name);
    assertEquals([still?.value.text(), still?.lease], ["v", lease.id]);
    assertEquals((await made[by].get(key))?.lease, lease.id);
    // Another object for the same keys is the same keyspace.
    await same[by].election.proclaim(leader, "w");
    await same[by].election.resign({
      ...leader,
      key: leader.key.text() as never,
    });
    await same[by].lock.unlock(key);
    assertEquals(await made[by].election.leader(name), undefined);
    assertEquals(await made[by].get(key), undefined);
  }
});

async function assertForeign(
  call: () => Promise<unknown>,
  option: string,
  at: string,
): Promise<void> {
  const error = await assertRejects(call, InvalidOptionError);
  assertEquals(error.option, option);
  assert(error.message.includes(at), error.message);
  assert(
    /made by the (namespace|client)[^:]*: current value is made by the /
      .test(error.message),
    error.message,
  );
}
