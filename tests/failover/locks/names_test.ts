// Names that contain each other, and keys below a name that are no entries in
// its queue: nobody of ours waits for them.
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { type Lock, LockLostError, op, type Session } from "../../../mod.ts";
import { methods } from "../../../proto/methods.ts";
import { fromBigInt } from "../../../proto/int64.ts";
import { rawCall, waitFor } from "../../harness/mod.ts";
import { holdOf, leaveKeys, untilQueued } from "./_subject.ts";
import { client, cluster, nextSerial, startOneMember } from "../_one_member.ts";

startOneMember();

const SOON = { timeoutMs: 10_000 };

/** A name that no other test uses. */
function fresh(): string {
  return `name${nextSerial()}`;
}

/** The hexadecimal digits of a session's lease. */
function digits({ lease }: Session): string {
  return lease.id.toString(16);
}

Deno.test("Session.lock() of names that contain each other waits for none of them", async () => {
  const name = fresh();
  await using one = await client.session();
  await using other = await client.session();
  const names = [
    `${name}/7`,
    `${name}/${digits(one)}`,
    `${name}/${digits(other)}/7`,
    `${name}/b`,
    name,
    `${name}/`,
  ];
  const locks: Lock[] = [];
  for (const each of names) locks.push(await one.lock(each, SOON));
  for (const each of names) assertEquals(await other.tryLock(each), undefined);
  for (const lock of locks.reverse()) await lock.unlock();
  for (const each of names) await (await other.tryLock(each))?.unlock();
  for (const each of names) assert(await other.tryLock(each), each);
});

Deno.test("Keys below a name that are no entries hold nobody up, wherever they stand", async () => {
  const name = fresh();
  const sessions: Session[] = [];
  for (let at = 0; at < 3; at++) sessions.push(await client.session());
  const [first, second, third] = sessions as [Session, Session, Session];
  await using unused = await client.lease.grant(60);
  const strange = async (mark: string) => {
    await client.put(`${name}/${mark}`, "");
    // Hexadecimal by its looks, but of no lease, or of another one.
    await client.put(`${name}/7${mark.length}`, "");
    await client.put(`${name}/f${mark}`, "", { lease: unused.id });
    const own = unused.id.toString(16);
    await client.put(`${name}/${mark}/${own}`, "", { lease: unused.id });
    await client.put(`${name}/0${own}`, "", { lease: unused.id });
    await client.put(`${name}/${own.toUpperCase()}x`, "", { lease: unused.id });
  };
  await strange("a");
  const held = await first.lock(name, SOON);
  await strange("bb");
  const waiting = second.lock(name, SOON);
  await holdOf(client, name, second);
  await strange("ccc");
  const last = third.campaign(name, "leader", SOON);
  await holdOf(client, name, third);
  await held.unlock();
  const next = await waiting;
  assertEquals(await first.tryLock(name), undefined);
  await next.unlock();
  const leader = await last;
  assert(held.revision < next.revision && next.revision < leader.revision);
  await leader.resign();
  for (const session of sessions) await session.close();
});

Deno.test("Session.tryLock() among keys that do not count takes what is free, once, and leaves nothing behind", async () => {
  const name = fresh();
  await client.put(`${name}/config`, "");
  const sessions: Session[] = [];
  for (let at = 0; at < 6; at++) sessions.push(await client.session());
  const entries = async () => {
    const found = sessions.map((session) =>
      client.get(`${name}/${digits(session)}`)
    );
    return (await Promise.all(found)).filter((kv) => kv !== undefined).length;
  };
  for (let round = 0; round < 5; round++) {
    const tried = await Promise.all(
      sessions.map((session) => session.tryLock(name)),
    );
    const locks = tried.filter((lock) => lock !== undefined);
    assertEquals([locks.length, await entries()], [1, 1]);
    // Where that is clear at once, it does not even come and go.
    const { header } = await client.range("x");
    const [one, two] = sessions;
    const again = tried[0] === undefined ? one : two;
    assertEquals(await again?.tryLock(name), undefined);
    assertEquals((await client.range("x")).header.revision, header.revision);
    await locks[0]?.unlock();
    assertEquals(await entries(), 0);
  }
  for (const session of sessions) await session.close();
});

Deno.test("An entry of a negative lease counts, a key that only looks like one does not", async () => {
  const name = fresh();
  const id = -0x7bn;
  const [member] = cluster.members;
  await rawCall(member?.directEndpoint ?? "", methods.lease.grant, {
    TTL: fromBigInt(60n),
    ID: fromBigInt(id),
  });
  await client.put(`${name}/-7c`, "");
  await using session = await client.session();
  const free = await session.lock(name, SOON);
  await free.unlock();
  await client.delete(`${name}/-7c`);
  const { key } = await client.lock.lock(name, { lease: id });
  assertEquals(key.text(), `${name}/-7b`);
  await client.put(`${name}/-7c`, "");
  assertEquals(await session.tryLock(name), undefined);
  const waiting = session.lock(name, SOON);
  await holdOf(client, name, session);
  await client.lock.unlock(key);
  await (await waiting).unlock();
  await using lease = await client.lease.attach(id);
  await lease.revoke();
});

Deno.test("Locks go through thousands of keys that do not count, observe() as well", async () => {
  const name = fresh();
  // Many of one revision, as a transaction makes them.
  await leaveKeys(client, `${name}/job`, 2_500);
  // Hexadecimal by their looks.
  await leaveKeys(client, `${name}/1`, 300);
  await using one = await client.session();
  await using other = await client.session();
  const leader = await one.campaign(name, "first", SOON);
  await leaveKeys(client, `${name}/2`, 300);
  await leaveKeys(client, `${name}/task`, 2_500);
  const waiting = other.campaign(name, "second", SOON);
  await holdOf(client, name, other);
  await using third = await client.session();
  assertEquals(await third.tryLock(name, SOON), undefined);
  const leaders = other.observe(name);
  assertEquals((await leaders.next()).value?.value.text(), "first");
  await leader.resign();
  const next = await waiting;
  assertEquals((await leaders.next()).value?.value.text(), "second");
  await leaders.return?.();
  await next.resign();
  const tried = await third.tryLock(name, SOON);
  await tried?.unlock();
  assert(tried);
});

Deno.test("Session.observe() tells who leads in its name, not in longer ones", async () => {
  const name = fresh();
  await using eu = await client.session();
  await using session = await client.session();
  const below = await eu.campaign(`${name}/eu`, "eu", SOON);
  const seen: string[] = [];
  const abort = new AbortController();
  const { signal } = abort;
  const read = async (what: string) => {
    for await (const { value } of session.observe(what, { signal })) {
      seen.push(`${what.slice(name.length)} ${value.text()}`);
    }
  };
  const reading = [read(name), read(`${name}/eu`)];
  // Where a test fails, they end with their session.
  for (const one of reading) one.catch(() => {});
  const told = (...values: string[]) =>
    waitFor(`${values}`, () => seen.length >= values.length)
      .then(() => assertEquals(seen, values));
  await told("/eu eu");
  await below.proclaim("eu again");
  await told("/eu eu", "/eu eu again");
  const all = await session.campaign(name, "all", SOON);
  await told("/eu eu", "/eu eu again", " all");
  await below.resign();
  await all.proclaim("all again");
  await told("/eu eu", "/eu eu again", " all", " all again");
  await all.resign();
  await client.put(`${name}/note`, "no leader");
  const next = await eu.campaign(name, "next", SOON);
  await told("/eu eu", "/eu eu again", " all", " all again", " next");
  abort.abort("seen enough");
  for (const one of reading) {
    assertEquals(await assertRejects(() => one), "seen enough");
  }
  await next.resign();
});

Deno.test("A lock whose key is put without its lease is lost, as it counts no more", async () => {
  const name = fresh();
  await using one = await client.session();
  await using other = await client.session();
  const leader = await one.campaign(name, "first", SOON);
  const waiting = other.campaign(name, "second", SOON);
  await untilQueued(client, name, 2);
  await using observer = await client.session();
  const leaders = observer.observe(name);
  assertEquals((await leaders.next()).value?.value.text(), "first");
  await client.put(leader.key, "not by proclaim()");
  const next = await waiting;
  await waitFor("the loss", () => leader.signal.aborted);
  assertInstanceOf(leader.signal.reason, LockLostError);
  assertStringIncludes(leader.signal.reason.message, "not attached");
  assertEquals((await leaders.next()).value?.value.text(), "second");
  await leaders.return?.();
  await assertRejects(() => leader.proclaim("still me"), LockLostError);
  // What is left of it goes.
  await untilQueued(client, name, 1);
  assertFalse(next.signal.aborted);
  await next.resign();
});

Deno.test("Session.lock() does not take a strange key for its entry", async () => {
  const name = fresh();
  await using session = await client.session();
  const key = `${name}/${digits(session)}`;
  await client.put(key, "somebody's");
  const error = await assertRejects(
    () => session.lock(name, SOON),
    LockLostError,
  );
  assertStringIncludes(error.message, "not attached");
  assert(await session.tryLock(`${name}x`));
  assertEquals((await client.get(key))?.value.text(), "somebody's");
  // Nor does it leave by deleting that.
  const { succeeded } = await client.txn({ then: [op.delete(key)] });
  assert(succeeded);
  await (await session.lock(name, SOON)).unlock();
});
