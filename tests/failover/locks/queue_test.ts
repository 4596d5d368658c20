// The queue that sessions share with the server's lock service and etcdctl,
// which are Go's: these wait for every key below a name.
import { assert, assertEquals, assertFalse } from "@std/assert";
import { op, type Session } from "../../../mod.ts";
import { etcdctl, waitFor } from "../../harness/mod.ts";
import { holdOf, untilQueued } from "./_subject.ts";
import { client, cluster, nextSerial, startOneMember } from "../_one_member.ts";

startOneMember();

const SOON = { timeoutMs: 20_000 };

/** A name that no other test uses. */
function fresh(): string {
  return `queue${nextSerial()}`;
}

async function openSessions<const Names extends readonly string[]>(
  names: Names,
): Promise<Record<Names[number], Session>> {
  const opened: Record<string, Session> = {};
  for (const name of names) opened[name] = await client.session();
  return opened as Record<Names[number], Session>;
}

Deno.test("Session.lock() before, between and behind Go's members: one after another, never two", async () => {
  const name = fresh();
  const { before, between, behind } = await openSessions(
    ["before", "between", "behind"],
  );
  await using lease = await client.lease.grant(60);
  // Who has it, in the order of what they write while they have it.
  const turns: string[] = [];
  let holding = 0;
  const enter = (who: string) => {
    turns.push(who);
    assertEquals(++holding, 1, `${turns}`);
  };
  await client.put(`${name}/config`, "older than all");
  const first = await before.lock(name, SOON);
  enter("before");
  const served = client.lock.lock(name, { lease: lease.id });
  const wentIn = served.then(() => enter("served"));
  await untilQueued(client, name, 3);
  const second = between.lock(name, SOON);
  const middle = second.then(() => enter("between"));
  await holdOf(client, name, between);
  await client.put(`${name}/7`, "between them");
  const commanded = etcdctl(cluster, [
    "lock",
    name,
    "--",
    "sh",
    "-c",
    `printf had`,
  ]);
  await untilQueued(client, name, 6);
  const third = behind.lock(name, SOON);
  const end = third.then(() => enter("behind"));
  await holdOf(client, name, behind);

  holding--;
  await first.unlock();
  // As is said of them: Go's wait for the plain key, and ours behind them.
  const key = `${name}/${lease.id.toString(16)}`;
  assertEquals((await client.get(key))?.lease, lease.id);
  assertEquals(await before.tryLock(name), undefined);
  assertEquals(turns, ["before"]);
  await client.delete(`${name}/config`);
  await wentIn;
  holding--;
  await client.lock.unlock((await served).key);
  await middle;
  holding--;
  await (await second).unlock();
  // etcdctl waits for the other one, and `behind` for etcdctl.
  assertEquals(await before.tryLock(name), undefined);
  assertEquals(turns, ["before", "served", "between"]);
  await client.delete(`${name}/7`);
  assertEquals(await commanded, "had");
  await end;
  assertEquals(turns, ["before", "served", "between", "behind"]);
  await (await third).unlock();
  await untilQueued(client, name, 0);
  for (const session of [before, between, behind]) await session.close();
});

Deno.test("Nobody of ours has a lock that Go's has, nor the other way round, among strange keys", async () => {
  const name = fresh();
  const ledger = `${name}-ledger`;
  let strange = 0;
  /** A key below the name, and gone again. */
  const disturb = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      const key = `${name}/${(++strange).toString(16)}`;
      await client.put(key, "");
      await client.delete(key);
    }
  };
  let holder: string | undefined;
  const had: string[] = [];
  const hold = async (who: string) => {
    assertEquals(holder, undefined, `${who} as well`);
    holder = who;
    had.push(who);
    await client.put(ledger, who);
    assertEquals(holder, who);
    holder = undefined;
  };
  const ours = async (who: string) => {
    await using session = await client.session();
    for (let round = 0; round < 5; round++) {
      const lock = await session.lock(name, SOON);
      await hold(who);
      const written = await client.txn({
        if: [lock.guard],
        then: [op.put(ledger, who)],
      });
      assert(written.succeeded);
      await lock.unlock();
    }
  };
  const trying = async (who: string) => {
    await using session = await client.session();
    let taken = 0;
    await waitFor("five turns", async () => {
      const lock = await session.tryLock(name);
      if (lock === undefined) return false;
      await hold(who);
      await lock.unlock();
      return ++taken === 5;
    }, { timeoutMs: 30_000, intervalMs: 5 });
  };
  const theirs = async (who: string) => {
    await using lease = await client.lease.grant(60);
    for (let round = 0; round < 5; round++) {
      const { key } = await client.lock.lock(name, {
        lease: lease.id,
        ...SOON,
      });
      await hold(who);
      await client.lock.unlock(key);
    }
  };
  const over = new AbortController();
  const disturbing = disturb(over.signal);
  await Promise.all([
    ours("ours"),
    theirs("theirs"),
    ours("also ours"),
    trying("trying"),
    theirs("also theirs"),
  ]);
  over.abort();
  await disturbing;
  assertEquals(had.length, 25);
  assert(strange > 0);
  await untilQueued(client, name, 0);
});

Deno.test("client.election.leader() counts every key below a name, Session.observe() does not", async () => {
  const name = fresh();
  const { eu, all } = await openSessions(["eu", "all"]);
  const below = await eu.campaign(`${name}/eu`, "eu", SOON);
  const leadership = await all.campaign(name, "all", SOON);
  assertEquals((await client.election.leader(name))?.value.text(), "eu");
  const leaders = all.observe(name);
  assertEquals((await leaders.next()).value?.value.text(), "all");
  await leaders.return?.();
  assertFalse(leadership.signal.aborted);
  await below.resign();
  await leadership.resign();
  await eu.close();
  await all.close();
});
