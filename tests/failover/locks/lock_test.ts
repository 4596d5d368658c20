// Locks on a real cluster: their queue, their end, and who else stands in it.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  LeaseLostError,
  type Lock,
  LockLostError,
  op,
  prefix,
  type Session,
  TimeoutError,
} from "../../../mod.ts";
import { etcdctl, waitFor } from "../../harness/mod.ts";
import { queueLength, untilQueued } from "./_subject.ts";
import { client, cluster, nextSerial, startOneMember } from "../_one_member.ts";

startOneMember();

/** A name that no other test uses. */
function fresh(): string {
  return `lock${nextSerial()}`;
}

/** Waits for the end of a lock; gives its reason. */
async function endOf({ signal }: Pick<Lock, "signal">): Promise<unknown> {
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
  await untilQueued(client, name, 4);
  const queue = await client.range(prefix(`${name}/`), { sortBy: "create" });
  const expected = queue.kvs.slice(1).map(({ lease }) =>
    sessions.findIndex((session) => session.lease.id === lease) - 1
  );
  await first?.unlock();
  await Promise.all(waiting);
  assertEquals(order, expected);
  assertEquals(revisions, [...revisions].sort((a, b) => a < b ? -1 : 1));
  assertEquals(await queueLength(client, name), 0);
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
  await untilQueued(client, name, 2);
  const last = third.lock(name);
  await untilQueued(client, name, 3);
  abort.abort("enough");
  assertEquals(await assertRejects(() => aborted), "enough");
  await untilQueued(client, name, 2);
  const error = await assertRejects(
    () => other.lock(name, { timeoutMs: 100 }),
    TimeoutError,
  );
  assertEquals(error.code, "timeout");
  await untilQueued(client, name, 2);
  await lock.unlock();
  await (await last).unlock();
  assertEquals(await queueLength(client, name), 0);
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
  assertEquals(await queueLength(client, name), 0);
  // Nothing to give back any more, and no error.
  await held.unlock();
  await assertRejects(() => session.lock(name), LeaseLostError);
});

Deno.test("A lease that somebody revokes is the reason on lease, session, lock and wait alike", async () => {
  const name = fresh();
  await using other = await client.session();
  const session = await client.session({ ttlSeconds: 60 });
  const { lease } = session;
  const held = await session.lock(`${name}-held`);
  const leading = await session.campaign(`${name}-led`, "x");
  const others = await other.lock(name);
  const waiting = session.lock(name);
  waiting.catch(() => {});
  await untilQueued(client, name, 2);
  await etcdctl(cluster, ["lease", "revoke", lease.id.toString(16)]);
  const reason = await endOf(held);
  assert(reason instanceof LeaseLostError && reason.reason === "expired");
  await endOf(leading);
  // Told at once: the next renewal is 20 s away.
  assertEquals(
    [lease.signal.reason, session.signal.reason, leading.signal.reason],
    [reason, reason, reason],
  );
  assert(lease.state.kind === "ended" && lease.state.reason === reason);
  await others.unlock();
  const ended = await assertRejects(() => waiting, LeaseLostError);
  assertEquals(ended.reason, "expired");
  await session.close();
});

Deno.test("Session.lock() whose entry is deleted while it waits fails", async () => {
  const name = fresh();
  await using one = await client.session();
  await using other = await client.session();
  const lock = await one.lock(name);
  const waiting = other.lock(name);
  waiting.catch(() => {});
  await untilQueued(client, name, 2);
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

Deno.test("Lease.orphan() ends the session and what it holds here, leaves its queues, and leaves the lease and its locks", async () => {
  const name = fresh();
  await using other = await client.session();
  const session = await client.session();
  const { lease } = session;
  const lock = await session.lock(`${name}-held`);
  const leadership = await session.campaign(`${name}-led`, "x");
  const others = await other.lock(`${name}-wanted`);
  const waiting = session.lock(`${name}-wanted`);
  waiting.catch(() => {});
  await untilQueued(client, `${name}-wanted`, 2);
  lease.orphan();
  const { reason } = session.signal;
  assert(reason instanceof LeaseLostError && reason.reason === "orphaned");
  assertEquals([lock.signal.reason, leadership.signal.reason], [
    reason,
    reason,
  ]);
  const ended = await assertRejects(() => waiting, LeaseLostError);
  assertEquals(ended.reason, "orphaned");
  await assertRejects(() => session.lock(name), LeaseLostError);
  await untilQueued(client, `${name}-wanted`, 1);
  // What it had is left to whoever takes the lease over.
  await lock.unlock();
  await leadership.resign();
  await session.close();
  for (const { key } of [lock, leadership]) {
    assertEquals((await client.get(key))?.lease, lease.id);
  }
  await others.unlock();
  await using taken = await client.lease.attach(lease.id);
  await taken.keepAlive();
  assert(await writesUnder(lock, `${name}-value`));
});
