// The lease calls on a real server; faults are in tests/scenarios/leases/leases.ts.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  Client,
  compare,
  EtcdError,
  LeaseLostError,
  LeaseNotFoundError,
} from "../../../mod.ts";
import { fromBigInt } from "../../../proto/int64.ts";
import { methods } from "../../../proto/methods.ts";
import { rawCall, startEtcd } from "../../harness/mod.ts";

Deno.test("Lease calls do on a real server what they say", async () => {
  await using cluster = await startEtcd({ members: 1 });
  await using client = new Client({ endpoints: cluster.endpoints });
  const exists = async (id: bigint) => (await client.lease.list()).includes(id);
  // The server's least time: one and a half elections of 1 s.
  const short = await client.lease.grant(1);
  assertEquals(short.ttlSeconds, 2);
  short.orphan();
  const lease = await client.lease.grant(60);
  await client.put("lease/key", "x", { lease: lease.id });
  const { keys, grantedSeconds } = await lease.timeToLive({ keys: true });
  assertEquals([keys.map((key) => key.text()), grantedSeconds], [[
    "lease/key",
  ], 60]);
  assertEquals(await lease.keepAliveOnce(), 60);
  const same = await client.lease.attach(lease.id);
  await Promise.all([lease.keepAlive(), same.keepAlive()]);
  assert(await exists(lease.id));
  const taken = await assertRejects(
    () => client.lease.grant(60, { id: lease.id }),
    EtcdError,
  );
  assertEquals(taken.code, "lease_exists");
  const large = await assertRejects(
    () => client.lease.grant(9_000_000_001),
    EtcdError,
  );
  assertEquals(large.code, "lease_ttl_too_large");
  await lease.revoke();
  assertFalse(await exists(lease.id));
  assertEquals(await client.get("lease/key"), undefined);
  await assertRejects(() => same.keepAliveOnce(), LeaseNotFoundError);
  assert(same.signal.reason instanceof LeaseLostError);
  assertEquals(same.signal.reason.reason, "expired");
  await assertRejects(() => client.lease.attach(lease.id), LeaseNotFoundError);
  const passing = await client.lease.grant(60);
  const ending = await client.lease.grant(60);
  {
    await using ended = ending;
    assert(await exists(ended.id));
    passing.orphan();
  }
  assertFalse(await exists(ending.id));
  assert(await exists(passing.id));
  await passing.revoke();
});

Deno.test("A lease whose id another client has chosen below zero is one as any other", async () => {
  await using cluster = await startEtcd({ members: 1 });
  await using client = new Client({ endpoints: cluster.endpoints });
  const id = -123n;
  await rawCall(cluster.endpoints[0] ?? "", methods.lease.grant, {
    ID: fromBigInt(id),
    TTL: fromBigInt(60n),
  });
  const lease = await client.lease.attach(id);
  await client.put("k", "v", { lease: id });
  assertEquals((await client.get("k"))?.lease, id);
  const { succeeded } = await client.txn({
    if: [compare.lease("k", "=", id)],
    then: [],
  });
  assert(succeeded);
  const { keys } = await lease.timeToLive({ keys: true });
  assertEquals(keys.map((key) => key.text()), ["k"]);
  await lease.revoke();
  assertEquals(await client.get("k"), undefined);
});
