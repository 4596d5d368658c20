// Locks on a real cluster: their queue, their end, and who else stands in it.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  Client,
  LeaseLostError,
  LeaseNotFoundError,
  type Lock,
  LockLostError,
  op,
  prefix,
  type Session,
  TimeoutError,
} from "../../mod.ts";
import { Cluster, etcdctl, waitFor } from "../harness/mod.ts";

let cluster: Cluster;
let client: Client;
let serial = 0;

Deno.test.beforeAll(async () => {
  cluster = await Cluster.start({ members: 1 });
  // Pings would be a timer that outlives the test that makes the first call.
  client = new Client({ endpoints: cluster.endpoints, keepAlive: false });
  await client.connect();
});

Deno.test.afterAll(async () => {
  await client.close();
  await cluster.close();
});

/** A name that no other test uses. */
function fresh(): string {
  return `lock${++serial}`;
}

/** How many stand in the queue, the holder included. */
async function queueLength(name: string): Promise<number> {
  return Number((await client.range(prefix(`${name}/`))).count);
}

async function untilQueued(name: string, length: number): Promise<void> {
  await waitFor(
    `a queue of ${length}`,
    async () => await queueLength(name) === length,
  );
}

/** Waits for the end of a lock; gives its reason. */
async function endOf({ signal }: Lock): Promise<unknown> {
  await waitFor("the end of the lock", () => signal.aborted);
  return signal.reason;
}

/** Whether a write under the lock's guard is done. */
async function writesUnder(lock: Lock, key: string): Promise<boolean> {
  const { succeeded } = await client.txn({
    if: [lock.guard],
    then: [op.put(key, `${lock.revision}`)],
  });
  return succeeded;
}

Deno.test("Session.lock() gives a lock to one after another, in their order", async () => {
  const name = fresh();
  const sessions: Session[] = [];
  for (let at = 0; at < 4; at++) sessions.push(await client.session());
  const order: number[] = [];
  const revisions: bigint[] = [];
  let holders = 0;
  const first = await sessions[0]?.lock(name);
  const waiting = sessions.slice(1).map(async (session, at) => {
    await using lock = await session.lock(name);
    assertEquals(++holders, 1);
    order.push(at);
    revisions.push(lock.revision);
    assert(await writesUnder(lock, `${name}-value`));
    holders--;
  });
  // Each before the next one comes.
  await untilQueued(name, 4);
  const queue = await client.range(prefix(`${name}/`), { sortBy: "create" });
  const expected = queue.kvs.slice(1).map(({ lease }) =>
    sessions.findIndex((session) => session.lease.id === lease) - 1
  );
  await first?.unlock();
  await Promise.all(waiting);
  assertEquals(order, expected);
  assertEquals(revisions, [...revisions].sort((a, b) => a < b ? -1 : 1));
  assertEquals(await queueLength(name), 0);
  for (const session of sessions) await session.close();
});

Deno.test("Session.lock() twice for a name waits for the same session's first", async () => {
  const name = fresh();
  await using session = await client.session();
  const first = await session.lock(name);
  const abort = new AbortController();
  const aborted = session.lock(name, { signal: abort.signal });
  let second: Lock | undefined;
  const waiting = session.lock(name).then((lock) => second = lock);
  abort.abort("enough");
  await assertRejects(() => aborted).then((reason) =>
    assertEquals(reason, "enough")
  );
  assertEquals(await session.tryLock(name), undefined);
  assertEquals(second, undefined);
  await first.unlock();
  await waiting;
  assert(second !== undefined && second.revision > first.revision);
  assertFalse(await writesUnder(first, name));
  assert(await writesUnder(second, name));
  await second.unlock();
});

Deno.test("Session.tryLock() takes a free lock, and leaves no trace at one that is not", async () => {
  const name = fresh();
  await using one = await client.session();
  await using other = await client.session();
  const lock = await one.tryLock(name);
  assert(lock);
  const { header } = await client.range("x");
  assertEquals(await other.tryLock(name), undefined);
  assertEquals((await client.range("x")).header.revision, header.revision);
  await lock.unlock();
  const second = await other.tryLock(name);
  assert(second);
  await second.unlock();
});

Deno.test("Session.lock() that is aborted or late leaves the queue to others", async () => {
  const name = fresh();
  await using one = await client.session();
  await using other = await client.session();
  await using third = await client.session();
  const lock = await one.lock(name);
  const abort = new AbortController();
  const aborted = other.lock(name, { signal: abort.signal });
  await untilQueued(name, 2);
  const last = third.lock(name);
  await untilQueued(name, 3);
  abort.abort("enough");
  assertEquals(await assertRejects(() => aborted), "enough");
  await untilQueued(name, 2);
  const error = await assertRejects(
    () => other.lock(name, { timeoutMs: 100 }),
    TimeoutError,
  );
  assertEquals(error.code, "timeout");
  await untilQueued(name, 2);
  await lock.unlock();
  await (await last).unlock();
  assertEquals(await queueLength(name), 0);
});

Deno.test("Lock.signal is aborted when the key is deleted, the lock given back, the session closed", async () => {
  const name = fresh();
  const session = await client.session();
  const deleted = await session.lock(name);
  await etcdctl(cluster, ["del", "--prefix", `${name}/`]);
  assert(await endOf(deleted) instanceof LockLostError);
  assertFalse(await writesUnder(deleted, name));
  const returned = await session.lock(name);
  await returned.unlock();
  await returned.unlock();
  assert(await endOf(returned) instanceof LockLostError);
  const held = await session.lock(name);
  const waiting = session.lock(name);
  waiting.catch(() => {});
  await session.close();
  await session.close();
  const reason = await endOf(held);
  assert(reason instanceof LeaseLostError && reason.reason === "revoked");
  assertEquals(await assertRejects(() => waiting), reason);
  assertEquals(await queueLength(name), 0);
  // Nothing to give back any more, and no error.
  await held.unlock();
  await assertRejects(() => session.lock(name), LeaseLostError);
});

Deno.test("Session.lock() whose place is deleted while it waits fails", async () => {
  const name = fresh();
  await using one = await client.session();
  await using other = await client.session();
  const lock = await one.lock(name);
  const waiting = other.lock(name);
  waiting.catch(() => {});
  await untilQueued(name, 2);
  await client.delete(`${name}/${other.lease.id.toString(16)}`);
  await lock.unlock();
  const error = await assertRejects(() => waiting, LockLostError);
  assertEquals(error.code, "lock_lost");
});

Deno.test("Lock.unlock() of a stale lock cannot delete a newer one", async () => {
  const name = fresh();
  await using session = await client.session();
  const stale = await session.lock(name);
  // The same key, but another lock: as after a deletion that went unnoticed.
  const { key } = stale;
  await client.delete(key);
  const newer = await client.put(key, "", { lease: session.lease.id });
  await stale.unlock();
  const kv = await client.get(key);
  assertEquals(kv?.createRevision, newer.header.revision);
  assertFalse(await writesUnder(stale, name));
});

Deno.test("Session.lock() waits in one queue with etcdctl and the server's service", async () => {
  const name = fresh();
  await using session = await client.session();
  await using lease = await client.lease.grant(60);
  const mine = await session.lock(name);
  const served = client.lock.lock(name, { lease: lease.id });
  await untilQueued(name, 2);
  const commanded = etcdctl(cluster, ["lock", name, "--", "echo", "had it"]);
  await untilQueued(name, 3);
  await using other = await client.session();
  const last = other.lock(name);
  await untilQueued(name, 4);
  await mine.unlock();
  const { key } = await served;
  assertEquals(key.text(), `${name}/${lease.id.toString(16)}`);
  assertEquals(await queueLength(name), 3);
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
  await untilQueued(name, 1);
  const abort = new AbortController();
  const { signal } = abort;
  const aborted = client.lock.lock(name, { lease: other.id, signal });
  await untilQueued(name, 2);
  abort.abort("enough");
  assertEquals(await assertRejects(() => aborted), "enough");
  await untilQueued(name, 1);
  await client.lock.unlock(key);
  await untilQueued(name, 0);
});
