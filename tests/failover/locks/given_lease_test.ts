// Sessions over a lease that is there already, on a real server.
import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  Client,
  EtcdError,
  InvalidOptionError,
  LeaseLostError,
  LeaseNotFoundError,
  prefix,
} from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import { client, cluster, nextSerial, startOneMember } from "../_one_member.ts";

startOneMember();

/** A name that no other test uses. */
function fresh(): string {
  return `given${nextSerial()}`;
}

/** Another process, as far as etcd can tell. */
function newProcess(): Client {
  return new Client({ endpoints: cluster.endpoints, keepAlive: false });
}

async function isThere(id: bigint): Promise<boolean> {
  return (await client.lease.list()).includes(id);
}

Deno.test("session({ lease }) keeps a lease alive that was given as it is, and close() revokes it", async () => {
  const name = fresh();
  const lease = await client.lease.grant(60);
  await client.put(`${name}-own`, "", { lease });
  assertEquals(lease.state.kind, "idle");
  const session = await client.session({ lease });
  assertStrictEquals(session.lease, lease);
  assertStrictEquals(session.signal, lease.signal);
  assertEquals(lease.state.kind, "live");
  const lock = await session.lock(name);
  assertEquals(lock.key.text(), `${name}/${lease.id.toString(16)}`);
  await session.close();
  assert(lease.signal.aborted);
  assertFalse(await isThere(lease.id));
  assertEquals((await client.range(prefix(name))).count, 0n);
});

Deno.test("session({ lease }) by an id outlives the time that the lease had left", async () => {
  const left = await client.lease.grant(2);
  left.orphan();
  await using other = newProcess();
  await using session = await other.session({ lease: left.id });
  assertEquals([session.lease.id, session.lease.state.kind], [left.id, "live"]);
  const until = performance.now() + 3_000;
  await waitFor("more than the whole time", () => performance.now() > until);
  assertFalse(session.signal.aborted);
  assert(await isThere(left.id));
  await session.close();
  assertFalse(await isThere(left.id));
});

Deno.test("session({ lease }) whose lease is orphaned leaves it, and what it holds, to the next", async () => {
  const name = fresh();
  const first = await client.session();
  const { id } = first.lease;
  const held = await first.lock(name);
  first.lease.orphan();
  assert(held.signal.reason instanceof LeaseLostError);
  assertEquals(held.signal.reason.reason, "orphaned");
  await using other = newProcess();
  await using waiting = await other.session();
  assertEquals(await waiting.tryLock(name), undefined);
  const second = await other.session({ lease: id });
  const again = await second.lock(name, { timeoutMs: 10_000 });
  assertEquals(
    [again.key.text(), again.revision],
    [held.key.text(), held.revision],
  );
  await second.close();
  await using _next = await waiting.lock(name, { timeoutMs: 10_000 });
});

Deno.test("session({ lease }) says that there is no such lease, or no more", async () => {
  await assertRejects(
    () => client.session({ lease: 4711n }),
    LeaseNotFoundError,
  );
  const revoked = await client.lease.grant(60);
  await revoked.revoke();
  const error = await assertRejects(
    () => client.session({ lease: revoked }),
    LeaseLostError,
  );
  assertEquals([error.reason, error.maybeCommitted], ["revoked", false]);
  await using other = newProcess();
  const lost = await client.lease.grant(6);
  await using session = await client.session({ lease: lost });
  await (await other.lease.attach(lost.id)).revoke();
  const reason = await assertRejects(
    () => session.lock(fresh(), { timeoutMs: 10_000 }),
    EtcdError,
  );
  assertEquals(reason.code, "lease_not_found");
  await waitFor("the loss", () => session.signal.aborted);
  assert(session.signal.reason instanceof LeaseLostError);
});

Deno.test("session({ lease }) that fails leaves the lease to its owner", async () => {
  const lease = await client.lease.grant(60);
  const signal = AbortSignal.abort("no more");
  assertEquals(
    await assertRejects(() => client.session({ lease, signal })),
    "no more",
  );
  assertFalse(lease.signal.aborted);
  await using session = await client.session({ lease });
  assertStrictEquals(session.lease, lease);
});

Deno.test("session({ lease }) gives a lease one session, as two would hold the same", async () => {
  await using own = await client.session();
  const lease = await client.lease.grant(60);
  const opening = [client.session({ lease }), client.session({ lease })];
  const [opened, refused] = await Promise.allSettled(opening);
  assert(opened?.status === "fulfilled" && refused?.status === "rejected");
  await using _session = opened.value;
  const { id } = own.lease;
  const reasons = await Promise.all([
    assertRejects(() => client.session({ lease: own.lease })),
    assertRejects(() => client.session({ lease: id })),
    assertRejects(() => client.namespace("a/").session({ lease: { id } })),
  ]);
  for (const reason of [refused.reason, ...reasons]) {
    assert(reason instanceof InvalidOptionError);
    assertEquals([reason.method, reason.option], ["session", "lease"]);
  }
  assertFalse(lease.signal.aborted);
});
