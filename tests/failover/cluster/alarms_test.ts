// A full database and a corrupt cluster: what is refused is told at once, and
// what still works does.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  Client,
  CorruptError,
  type EtcdError,
  LockLostError,
  NoSpaceError,
  op,
  prefix,
} from "../../../mod.ts";
import { AlarmAction, AlarmType } from "../../../proto/gen/messages.ts";
import { fromBigInt } from "../../../proto/int64.ts";
import { methods } from "../../../proto/methods.ts";
import { rawCall, startEtcd } from "../../harness/mod.ts";

const QUOTA_BYTES = 2_000_000;
// What insists would do so for that long, and end as a TimeoutError.
const PATIENCE = { timeoutMs: 30_000 };

/** A cluster of one member, and a client of it. */
async function start(...extraArgs: readonly string[]) {
  const cluster = await startEtcd({ members: 1, extraArgs });
  const client = new Client({ endpoints: cluster.endpoints, keepAlive: false });
  return {
    cluster,
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      await cluster.close();
    },
  };
}

/** Each of these fails with that class, at once. */
async function refused(
  Class: new (...args: never[]) => EtcdError,
  calls: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<void> {
  for (const [name, call] of Object.entries(calls)) {
    const begun = performance.now();
    const error = await call().then(() => "done", (error) => error);
    assert(error instanceof Class, `${name}: ${error}`);
    const tookMs = performance.now() - begun;
    assert(tookMs < PATIENCE.timeoutMs / 2, `${name} took ${tookMs} ms`);
  }
}

Deno.test("a full database is told at once by what puts, and takes what only deletes", async () => {
  await using started = await start(`--quota-backend-bytes=${QUOTA_BYTES}`);
  const { client } = started;
  await using session = await client.session();
  await using other = await client.session();
  const lock = await session.lock("held");
  const leadership = await session.campaign("led", "x");
  await assertRejects(async () => {
    for (let at = 0; at < 50; at++) {
      await client.put("large", "x".repeat(QUOTA_BYTES / 4));
    }
  }, NoSpaceError);
  await refused(NoSpaceError, {
    "session()": () => client.session(PATIENCE),
    "lock()": () => other.lock("free", PATIENCE),
    "lock() of a lock that is held": () => other.lock("held", PATIENCE),
    "tryLock()": () => other.tryLock("free/2", PATIENCE),
    "campaign()": () => other.campaign("free/3", "x", PATIENCE),
    "proclaim()": () => leadership.proclaim("y", PATIENCE),
    "put()": () => client.put("small", "x", PATIENCE),
    "grant()": () => client.lease.grant(60, PATIENCE),
    "lease.grant with an id": () =>
      client.lease.grant(60, { id: 7n, ...PATIENCE }),
    "a txn whose other branch puts": () =>
      client.txn({ else: [op.put("small", "x")] }, PATIENCE),
    "client.lock.lock()": () =>
      client.lock.lock("served", { lease: other.lease.id, ...PATIENCE }),
  });
  assertFalse(lock.signal.aborted);
  assertFalse(session.signal.aborted);
  // Nothing was left in a queue, and what is given back is gone.
  assertEquals((await client.range(prefix("free/"))).count, 0n);
  await lock.unlock(PATIENCE);
  await leadership.resign(PATIENCE);
  assert(lock.signal.reason instanceof LockLostError);
  assertEquals(await client.get(lock.key), undefined);
  assertEquals(await client.get(leadership.key), undefined);
  await session.lease.keepAliveOnce();
  await client.txn({ then: [op.delete("large")] });
  const { header } = await client.delete("large");
  await client.kv.compact(header.revision);
  const { id } = other.lease;
  await other.close();
  assertFalse((await client.lease.list()).includes(id));
});

Deno.test("a corrupt cluster is told at once, with an error of its own, by everything that writes", async () => {
  await using started = await start();
  const { client, cluster } = started;
  const [member] = cluster.members;
  assert(member);
  await using session = await client.session();
  await using other = await client.session();
  const lock = await session.lock("held");
  const leadership = await session.campaign("led", "x");
  await rawCall(member.directEndpoint, methods.maintenance.alarm, {
    action: AlarmAction.ACTIVATE,
    memberID: fromBigInt(member.id),
    alarm: AlarmType.CORRUPT,
  });
  await refused(CorruptError, {
    "session()": () => client.session(PATIENCE),
    "lock()": () => other.lock("free", PATIENCE),
    "tryLock()": () => other.tryLock("free/2", PATIENCE),
    "campaign()": () => other.campaign("free/3", "x", PATIENCE),
    "proclaim()": () => leadership.proclaim("y", PATIENCE),
    "unlock()": () => lock.unlock(PATIENCE),
    "resign()": () => leadership.resign(PATIENCE),
    "put()": () => client.put("small", "x", PATIENCE),
    "delete()": () => client.delete("small", PATIENCE),
  });
  const error = await assertRejects(
    () => client.put("small", "x"),
    CorruptError,
    "to recover, replace the members that differ, then disarm the alarm",
  );
  assertEquals(error.code, "corrupt");
  // Reads and renewals go on.
  assertEquals((await client.get(lock.key))?.lease, session.lease.id);
  await session.lease.keepAliveOnce();
  assertFalse(session.signal.aborted);
  const disarmed = await client.maintenance.disarm({ type: "corrupt" });
  assertEquals(disarmed, [{ memberId: member.id, type: "corrupt" }]);
  // The place that could not be given back is taken over.
  const again = await session.lock("held", PATIENCE);
  await again.unlock();
});
