// The server's lock service on a real server, and who else stands in its queue.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { LeaseNotFoundError, TimeoutError } from "../../mod.ts";
import { etcdctl } from "../harness/mod.ts";
import { queueLength, untilQueued } from "./_lock_subject.ts";
import { client, cluster, nextSerial, startOneMember } from "./_one_member.ts";

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
