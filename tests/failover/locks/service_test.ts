// The server's lock service on a real server, and who else stands in its queue.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Client,
  compare,
  InvalidOptionError,
  LeaseNotFoundError,
  LockLostError,
  op,
  prefix,
  TimeoutError,
} from "../../../mod.ts";
import { etcdctl, waitFor } from "../../harness/mod.ts";
import { queueLength, untilQueued } from "./_subject.ts";
import { client, cluster, nextSerial, startOneMember } from "../_one_member.ts";

startOneMember();

/** A name that no other test uses. */
function fresh(): string {
  return `served${nextSerial()}`;
}

Deno.test("Session.lock() waits in one queue with etcdctl and the server's service", async () => {
  const name = fresh();
  await using session = await client.session();
  await using lease = await client.lease.grant(60);
  const mine = await session.lock(name);
  const served = client.lock.lock(name, { lease: lease.id });
  await untilQueued(client, name, 2);
  const commanded = etcdctl(cluster, ["lock", name, "--", "echo", "had it"]);
  await untilQueued(client, name, 3);
  await using other = await client.session();
  const last = other.lock(name);
  await untilQueued(client, name, 4);
  await mine.unlock();
  const { key } = await served;
  assertEquals(key.text(), `${name}/${lease.id.toString(16)}`);
  assertEquals(await queueLength(client, name), 3);
  await client.lock.unlock(key);
  assertEquals(await commanded, "had it\n");
  const lock = await last;
  assertEquals(lock.key.text(), `${name}/${other.lease.id.toString(16)}`);
  await lock.unlock();
});

Deno.test("client.lock refuses, waits and is aborted as it says", async () => {
  const name = fresh();
  await assertRejects(
    () => client.lock.lock(name, { lease: 4711n }),
    LeaseNotFoundError,
  );
  await using one = await client.lease.grant(60);
  await using other = await client.lease.grant(60);
  const { key, header } = await client.lock.lock(name, { lease: one.id });
  assertEquals((await client.get(key))?.lease, one.id);
  // Once more under the same lease is the same lock.
  const again = await client.lock.lock(name, { lease: one.id });
  assertEquals(again.key, key);
  assert(again.header.revision >= header.revision);
  const late = await assertRejects(
    () => client.lock.lock(name, { lease: other.id, timeoutMs: 200 }),
    TimeoutError,
  );
  assert(late.maybeCommitted);
  await untilQueued(client, name, 1);
  const abort = new AbortController();
  const { signal } = abort;
  const aborted = client.lock.lock(name, { lease: other.id, signal });
  await untilQueued(client, name, 2);
  abort.abort("enough");
  assertEquals(await assertRejects(() => aborted), "enough");
  await untilQueued(client, name, 1);
  await client.lock.unlock(key);
  await untilQueued(client, name, 0);
});

Deno.test("A lease is given by itself or by its id", async () => {
  const name = fresh();
  await using lease = await client.lease.grant(60);
  const { id } = lease;
  for (const given of [lease, id]) {
    await client.put(`${name}-put`, "", { lease: given });
    await client.kv.batched().put(`${name}-batched`, "", { lease: given });
    const { succeeded } = await client.txn({
      if: [
        compare.lease(`${name}-put`, "=", given),
        compare.lease(`${name}-none`, "!=", given),
      ],
      then: [op.put(`${name}-txn`, "", { lease: given })],
    });
    assert(succeeded);
    const { key } = await client.lock.lock(name, { lease: given });
    assertEquals((await client.get(key))?.lease, id);
    const { leader } = await client.election.campaign(`${name}-led`, "", {
      lease: given,
    });
    assertEquals(leader.lease, id);
    const { keys } = await lease.timeToLive({ keys: true });
    assertEquals(keys.length, 5);
    await client.lock.unlock(key);
    await client.election.resign(leader);
    await client.delete(prefix(`${name}-`));
  }
  for (const wrong of [{}, null, "7"]) {
    const error = await assertRejects(
      () => client.put(name, "", { lease: wrong as never }),
      InvalidOptionError,
    );
    assertEquals(error.option, "lease");
  }
});

Deno.test("client.lock and client.election tell a lease that has ended when their turn comes, or not at all", async () => {
  const name = fresh();
  await using one = await client.lease.grant(60);
  const other = await client.lease.grant(60);
  const { key } = await client.lock.lock(name, { lease: one });
  const { leader } = await client.election.campaign(`${name}-led`, "", {
    lease: one,
  });
  let told = 0;
  const locking = client.lock.lock(name, { lease: other })
    .finally(() => told++);
  const running = client.election.campaign(`${name}-led`, "", { lease: other })
    .finally(() => told++);
  for (const one of [locking, running]) one.catch(() => {});
  await untilQueued(client, name, 2);
  await untilQueued(client, `${name}-led`, 2);
  await other.revoke();
  await untilQueued(client, name, 1);
  await untilQueued(client, `${name}-led`, 1);
  assertEquals(told, 0);
  await client.lock.unlock(key);
  await client.election.resign(leader);
  if (cluster.binaries.version.startsWith("3.4.")) {
    const { key } = await locking;
    assertEquals(await client.get(key), undefined);
  } else await assertRejects(() => locking, LockLostError);
  const elected = await running;
  assertEquals(await client.get(elected.leader.key), undefined);
});

Deno.test("client.lock.lock() goes on waiting on a connection that was left, which is pinged", async () => {
  const [member] = cluster.members;
  assert(member !== undefined);
  const wait = async (balancer: "grpc1.7" | "grpc1.23") => {
    const name = fresh();
    await using leaving = new Client({
      endpoints: member.endpoint,
      balancer,
      keepAlive: { timeMs: 5_000, timeoutMs: 5_000 },
    });
    await using one = await client.lease.grant(60);
    await using other = await client.lease.grant(60);
    const { key } = await client.lock.lock(name, { lease: one.id });
    const waiting = leaving.lock.lock(name, { lease: other.id });
    waiting.catch(() => {});
    await untilQueued(client, name, 2);
    leaving.setEndpoints([member.directEndpoint]);
    const leftAtMs = performance.timeOrigin + performance.now();
    await waitFor("a ping of each", async () => {
      const { pingTimesMs } = await member.proxy.stats();
      return pingTimesMs.filter((atMs) => atMs > leftAtMs).length >= 2;
    }, { timeoutMs: 30_000, intervalMs: 200 });
    await client.lock.unlock(key);
    assertEquals(
      (await waiting).key.text(),
      `${name}/${other.id.toString(16)}`,
    );
  };
  await Promise.all([wait("grpc1.7"), wait("grpc1.23")]);
});
