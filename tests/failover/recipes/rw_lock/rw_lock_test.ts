// What a read-write lock promises, on a real server.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  CanceledError,
  type Lock,
  LockLostError,
  prefix,
  TimeoutError,
} from "../../../../mod.ts";
import { rwLock } from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { client, nextSerial, startOneMember } from "../../_one_member.ts";
import { untilQueued } from "../../locks/_subject.ts";

startOneMember();

const newName = () => `rw${nextSerial()}`;

/** Who holds a lock, in the order in which they got it. */
class Holders {
  readonly order: string[] = [];
  readonly #held = new Map<string, Lock>();

  async add(who: string, waiting: Promise<Lock>): Promise<void> {
    this.#held.set(who, await waiting);
    this.order.push(who);
  }

  async free(...names: readonly string[]): Promise<void> {
    for (const who of names) await this.#held.get(who)?.unlock();
  }
}

Deno.test("RwLock lets many read or one write, in the order of asking, across all processes", async () => {
  const name = newName();
  await using locks = rwLock(client, name);
  await using others = rwLock(client, name);
  const holders = new Holders();
  const asked: Promise<void>[] = [];
  for (
    const [at, who] of ["r1", "r2", "w1", "r3", "r4", "w2", "w3"].entries()
  ) {
    const from = at % 2 ? locks : others;
    const waiting = who.startsWith("r") ? from.readLock() : from.writeLock();
    asked.push(holders.add(who, waiting));
    await untilQueued(client, name, at + 1);
  }
  const untilOrder = async (...order: readonly string[]) => {
    await waitFor(
      `${order}`,
      () => holders.order.length >= order.length,
    );
    // Readers of a group come as they like.
    assertEquals(holders.order.toSorted(), order.toSorted());
  };
  // The later readers wait behind the writer.
  await untilOrder("r1", "r2");
  await holders.free("r1");
  await untilQueued(client, name, 6);
  await untilOrder("r1", "r2");
  await holders.free("r2");
  await untilOrder("r1", "r2", "w1");
  await holders.free("w1");
  await untilOrder("r1", "r2", "w1", "r3", "r4");
  await holders.free("r4", "r3");
  await untilOrder("r1", "r2", "w1", "r3", "r4", "w2");
  await holders.free("w2");
  await Promise.all(asked);
  assertEquals(holders.order.at(-1), "w3");
  await holders.free("w3");
  assertEquals((await client.range(prefix(`${name}/`))).count, 0n);
});

Deno.test("RwLock has Go's keys, and revisions that grow from one writer to the next", async () => {
  const name = newName();
  await using locks = rwLock(client, name);
  const reader = await locks.readLock();
  assert(reader.key.text().startsWith(`${name}/read/`), reader.key.text());
  const own = await client.get(reader.key);
  assertEquals(own?.createRevision, reader.revision);
  assert(own && own.lease !== 0n);
  const waiting = locks.writeLock();
  await untilQueued(client, name, 2);
  await reader.unlock();
  await using writer = await waiting;
  assert(writer.key.text().startsWith(`${name}/write/`), writer.key.text());
  assert(writer.revision > reader.revision);
  assertFalse((await client.txn({ if: [reader.guard] })).succeeded);
  assert((await client.txn({ if: [writer.guard] })).succeeded);
});

Deno.test("RwLock.tryReadLock() and tryWriteLock() take it if that needs no wait, and leave no trace if it does", async () => {
  const name = newName();
  await using locks = rwLock(client, name);
  await using others = rwLock(client, name);
  const reader = await locks.tryReadLock();
  const second = await others.tryReadLock();
  assert(reader && second);
  const { header } = await client.range(name);
  assertEquals(await others.tryWriteLock(), undefined);
  assertEquals((await client.range(name)).header.revision, header.revision);
  await Promise.all([reader.unlock(), second.unlock()]);
  const writer = await others.tryWriteLock();
  assert(writer);
  assertEquals(await locks.tryReadLock(), undefined);
  assertEquals(await locks.tryWriteLock(), undefined);
  await untilQueued(client, name, 1);
  await writer.unlock();
  // A reader waits for a writer that waits.
  await using held = await locks.readLock();
  const waiting = others.writeLock();
  await untilQueued(client, name, 2);
  assertEquals(await locks.tryReadLock(), undefined);
  await held.unlock();
  await (await waiting).unlock();
});

Deno.test("RwLock leaves nothing of a wait that is cancelled, or too late, and those behind go on", async () => {
  const name = newName();
  await using locks = rwLock(client, name);
  const held = await locks.readLock();
  const error = await assertRejects(
    () => locks.writeLock({ timeoutMs: 100 }),
    TimeoutError,
  );
  assertFalse(error.maybeCommitted);
  assert(error.message.includes(`lock "${name}"`), error.message);
  const stop = new AbortController();
  const writer = locks.writeLock({ signal: stop.signal });
  await untilQueued(client, name, 2);
  const reader = locks.readLock();
  await untilQueued(client, name, 3);
  stop.abort("enough");
  assertEquals(await writer.catch((reason) => reason), "enough");
  // Nothing keeps it out any more.
  await (await reader).unlock();
  // So early that the key may be on its way.
  for (const at of Array(20).keys()) {
    const early = new AbortController();
    const asked = locks.writeLock({ signal: early.signal });
    setTimeout(() => early.abort("early"), at);
    assertEquals(await asked.catch((reason) => reason), "early");
  }
  await untilQueued(client, name, 1);
  await held.unlock();
  await using _next = await locks.writeLock();
});

Deno.test("RwLock tells a holder and a waiter that their key was deleted", async () => {
  const name = newName();
  await using locks = rwLock(client, name);
  const reader = await locks.readLock();
  const writing = locks.writeLock();
  await untilQueued(client, name, 2);
  await client.delete(reader.key);
  const writer = await writing;
  await waitFor("the loss", () => reader.signal.aborted);
  assert(reader.signal.reason instanceof LockLostError);
  assertEquals(
    reader.signal.reason.message,
    "Cannot keep the lock: its key does not exist any more (lock_lost)",
  );
  const waiting = assertRejects(() => locks.readLock(), LockLostError);
  await untilQueued(client, name, 2);
  await client.delete(prefix(`${name}/read/`));
  await waiting;
  await writer.unlock();
});

Deno.test("RwLock waits on at the end of the queue when etcd has ended its session", async () => {
  const name = newName();
  await using locks = rwLock(client, name);
  await using others = rwLock(client, name);
  const held = await others.writeLock();
  const waiting = locks.writeLock();
  await untilQueued(client, name, 2);
  const behind = others.readLock();
  await untilQueued(client, name, 3);
  // Nobody has told the client, which only sees that its key is gone.
  const [own] = (await client.range(prefix(`${name}/write/`), {
    minCreateRevision: held.revision + 1n,
  })).kvs;
  assert(own);
  await (await client.lease.attach(own.lease)).revoke();
  await waitFor("the new place", async () => {
    const { kvs } = await client.range(prefix(`${name}/write/`));
    return kvs.length === 2 && kvs.every(({ lease }) => lease !== own.lease);
  });
  await held.unlock();
  const reader = await behind;
  await reader.unlock();
  const writer = await waiting;
  assert(writer.revision > reader.revision);
  await writer.unlock();
});

Deno.test("RwLock.close() gives all back, ends the waits, and leaves nothing", async () => {
  const name = newName();
  const locks = rwLock(client, name);
  const held = await locks.readLock();
  const waiting = assertRejects(() => locks.writeLock(), CanceledError);
  await untilQueued(client, name, 2);
  await Promise.all([locks.close(), locks.close()]);
  await waiting;
  assert(held.signal.aborted);
  await held.unlock();
  for (const start of [name, `__${name}`]) {
    assertEquals((await client.range(prefix(start))).kvs, []);
  }
  const error = await assertRejects(() => locks.readLock(), CanceledError);
  assertEquals(
    error.message,
    `Cannot lock "${name}": the read-write lock is closed (canceled)`,
  );
});

Deno.test("RwLock in a namespace stays there", async () => {
  const name = newName();
  const app = client.namespace(`${name}/`);
  await using locks = rwLock(app, "index");
  await using held = await locks.writeLock();
  assert(held.key.text().startsWith("index/write/"));
  assertEquals(
    (await client.range(prefix(`${name}/index/write/`))).count,
    1n,
  );
  assertEquals((await client.range(prefix("__index"))).count, 0n);
});
