// What a double barrier promises, on a real server.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { EtcdError } from "../../../../errors/mod.ts";
import {
  CanceledError,
  type Keyspace,
  LockLostError,
  prefix,
  TimeoutError,
} from "../../../../mod.ts";
import { doubleBarrier, type Presence } from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { client, nextSerial, startOneMember } from "../../_one_member.ts";
import { untilHeard } from "../../_until_heard.ts";

startOneMember();

const newName = () => `double${nextSerial()}`;

async function untilWaiters(name: string, count: number): Promise<void> {
  const waiters = prefix(`${name}/waiters`);
  await waitFor(
    `${count} waiters of ${name}`,
    async () => (await client.range(waiters)).count === BigInt(count),
  );
}

async function keysOf(name: string): Promise<readonly string[]> {
  const { kvs } = await client.range(prefix(name));
  return kvs.map(({ key }) => key.text());
}

Deno.test("DoubleBarrier lets nobody in before all are there, and nobody out before all have left", async () => {
  const name = newName();
  const COUNT = 4;
  await using meeting = doubleBarrier(client, name, { count: COUNT });
  await using others = doubleBarrier(client, name, { count: COUNT });
  for (let round = 0; round < 3; round++) {
    const inside: Presence[] = [];
    const entering: Promise<void>[] = [];
    for (let at = 0; at < COUNT; at++) {
      assertEquals(inside, []);
      const from = at % 2 ? meeting : others;
      entering.push(
        from.enter().then((presence) => {
          inside.push(presence);
        }),
      );
      if (at < COUNT - 1) await untilWaiters(name, at + 1);
    }
    await Promise.all(entering);
    let left = 0;
    const leaving: Promise<void>[] = [];
    for (const [at, presence] of inside.entries()) {
      assert((await client.txn({ if: [presence.guard] })).succeeded);
      assertEquals(left, 0);
      leaving.push(
        presence.leave().then(() => {
          left++;
        }),
      );
      await untilWaiters(name, COUNT - 1 - at);
      assert(presence.signal.aborted);
    }
    await Promise.all(leaving);
    assertEquals(await keysOf(name), []);
  }
});

Deno.test("DoubleBarrier.enter() leaves nothing when it is cancelled, or too late", async () => {
  const name = newName();
  await using meeting = doubleBarrier(client, name, { count: 2 });
  const error = await assertRejects(
    () => meeting.enter({ timeoutMs: 100 }),
    TimeoutError,
  );
  assert(error.message.includes(`enter the double barrier "${name}"`));
  await untilWaiters(name, 0);
  for (const at of Array(15).keys()) {
    const early = new AbortController();
    const asked = meeting.enter({ signal: early.signal });
    setTimeout(() => early.abort("early"), at);
    assertEquals(await asked.catch((reason) => reason), "early");
  }
  await untilWaiters(name, 0);
  // Those who were there too early do not count.
  let entered = false;
  const first = meeting.enter().finally(() => entered = true);
  await untilWaiters(name, 1);
  await untilHeard(client);
  assertFalse(entered);
  const [one, two] = await Promise.all([first, meeting.enter()]);
  await Promise.all([one.leave(), two.leave()]);
});

Deno.test("DoubleBarrier.enter() tells the one who is too many, and leaves the others alone", async () => {
  const name = newName();
  await using meeting = doubleBarrier(client, name, { count: 2 });
  const [one, two] = await Promise.all([meeting.enter(), meeting.enter()]);
  const error = await assertRejects(() => meeting.enter(), EtcdError);
  assertEquals(
    [error.code, error.message],
    [
      "resource_exhausted",
      `Cannot enter the double barrier "${name}": 2 others are there, as many as 'count' says (resource_exhausted)`,
    ],
  );
  await untilWaiters(name, 2);
  assertFalse(one.signal.aborted || two.signal.aborted);
  await Promise.all([one.leave(), two.leave()]);
});

Deno.test("DoubleBarrier.enter() joins nobody who is inside already", async () => {
  const name = newName();
  await using meeting = doubleBarrier(client, name, { count: 2 });
  const [one, two] = await Promise.all([meeting.enter(), meeting.enter()]);
  const leaving = two.leave();
  await untilWaiters(name, 1);
  // There are two, and one of them is of the round before.
  let entered = false;
  const next = meeting.enter().then((presence) => {
    entered = true;
    return presence;
  });
  await untilWaiters(name, 2);
  await untilHeard(client);
  assertFalse(entered);
  // Nobody waits for the one who has come since.
  await one.leave();
  await leaving;
  const [three, four] = await Promise.all([next, meeting.enter()]);
  await Promise.all([three.leave(), four.leave()]);
  assertEquals(await keysOf(name), []);
});

Deno.test("DoubleBarrier.enter() does not begin alone if those inside leave just as it comes", async () => {
  const name = newName();
  await using meeting = doubleBarrier(client, name, { count: 2 });
  const [one, two] = await Promise.all([meeting.enter(), meeting.enter()]);
  const leaving = two.leave();
  await untilWaiters(name, 1);
  let writes = 0;
  const ks = {
    kv: client.kv,
    lease: client.lease,
    range: client.range.bind(client),
    watch: client.watch.bind(client),
    session: client.session.bind(client),
    async txn(...given: Parameters<Keyspace["txn"]>) {
      const result = await client.txn(...given);
      // It has come, and was refused, as one is inside.
      if (++writes === 2) {
        assertFalse(result.succeeded);
        await one.leave();
      }
      return result;
    },
  } as unknown as Keyspace;
  await using late = doubleBarrier(ks, name, { count: 2 });
  let entered = false;
  const next = late.enter().then((presence) => {
    entered = true;
    return presence;
  });
  await waitFor("its try", () => writes >= 2);
  await leaving;
  await untilHeard(client);
  assertFalse(entered);
  const [three, four] = await Promise.all([next, meeting.enter()]);
  await Promise.all([three.leave(), four.leave()]);
});

Deno.test("Presence.leave() does not wait for one that is gone, and can be given up", async () => {
  const name = newName();
  await using meeting = doubleBarrier(client, name, { count: 2 });
  await using session = await client.session({ ttlSeconds: 60 });
  await using others = doubleBarrier(client, name, { count: 2, session });
  const [own, theirs] = await Promise.all([meeting.enter(), others.enter()]);
  await assertRejects(() => own.leave({ timeoutMs: 50 }), TimeoutError);
  await untilWaiters(name, 1);
  const leaving = own.leave();
  await session.close();
  await leaving;
  assert(theirs.signal.aborted);
  await theirs.leave();
});

Deno.test("Presence.signal tells that its key was deleted, as enter() does", async () => {
  const name = newName();
  await using meeting = doubleBarrier(client, name, { count: 2 });
  const waiting = assertRejects(() => meeting.enter(), LockLostError);
  await untilWaiters(name, 1);
  await client.delete(prefix(`${name}/waiters`));
  await waiting;
  const [one, two] = await Promise.all([meeting.enter(), meeting.enter()]);
  await client.delete(one.key);
  await waitFor("the loss", () => one.signal.aborted);
  assert(one.signal.reason instanceof LockLostError);
  await Promise.all([one.leave(), two.leave()]);
});

Deno.test("DoubleBarrier.enter() waits on when etcd has ended its session", async () => {
  const name = newName();
  await using meeting = doubleBarrier(client, name, { count: 2 });
  const first = meeting.enter();
  await untilWaiters(name, 1);
  const { kvs: [own] } = await client.range(prefix(`${name}/waiters`));
  assert(own);
  await (await client.lease.attach(own.lease)).revoke();
  await waitFor("the new one", async () => {
    const { kvs: [now] } = await client.range(prefix(`${name}/waiters`));
    return now !== undefined && now.lease !== own.lease;
  });
  const [one, two] = await Promise.all([first, meeting.enter()]);
  await Promise.all([one.leave(), two.leave()]);
});

Deno.test("DoubleBarrier.close() leaves at once, ends the waits, and leaves nothing", async () => {
  const name = newName();
  const meeting = doubleBarrier(client, name, { count: 2 });
  const others = doubleBarrier(client, name, { count: 2 });
  const [one, two] = await Promise.all([meeting.enter(), others.enter()]);
  const leaving = assertRejects(() => one.leave(), CanceledError);
  await untilWaiters(name, 1);
  const entering = assertRejects(() => meeting.enter(), CanceledError);
  await untilWaiters(name, 2);
  await meeting.close();
  await Promise.all([leaving, entering]);
  await untilWaiters(name, 1);
  await one[Symbol.asyncDispose]();
  await two.leave();
  await others.close();
  assertEquals(await keysOf(name), []);
  assertEquals(await keysOf(`__${name}`), []);
  const error = await assertRejects(() => meeting.enter(), CanceledError);
  assertEquals(
    error.message,
    `Cannot enter the double barrier "${name}": it is closed (canceled)`,
  );
});
