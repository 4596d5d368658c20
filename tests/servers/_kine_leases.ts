import { assert, assertEquals, assertRejects } from "@std/assert";
import { EtcdError, UnsupportedError } from "../../mod.ts";
import { connect, fresh, type KineLike } from "./_kine_like.ts";

export async function renewals(kine: KineLike): Promise<void> {
  const { client: made } = connect(kine);
  await using client = made;
  const lease = await client.lease.grant(600);
  const begun = performance.now();
  for (
    const call of [
      () => lease.keepAlive(),
      () => lease.keepAliveOnce(),
      () => client.session({ ttlSeconds: 600 }),
    ]
  ) {
    await assertRejects(call, EtcdError, "lease keep alive is not supported");
  }
  assert(performance.now() - begun < 10_000, "told at once");
  lease.orphan();
}

export async function leaseIds(kine: KineLike): Promise<void> {
  const key = fresh();
  const { client: made } = connect(kine);
  await using client = made;
  const leases = [await client.lease.grant(600), await client.lease.grant(600)];
  // The ids are the seconds to live: both are one lease.
  assertEquals(leases.map(({ id }) => id), [600n, 600n]);
  await client.put(key, "1", { lease: 600n });
  assertEquals((await client.get(key))?.lease, 600n);
  const error = await assertRejects(
    () => client.lease.grant(600, { id: 7n }),
    UnsupportedError,
    "the server gave it the id 600 instead of 7",
  );
  assert(error.maybeCommitted);
  for (const lease of leases) lease.orphan();
}

export async function headers(kine: KineLike): Promise<void> {
  const key = fresh();
  const { client: made } = connect(kine);
  await using client = made;
  const { header } = await client.put(key, "1");
  assertEquals([header.clusterId, header.memberId, header.raftTerm], [
    0n,
    0n,
    0n,
  ]);
  const kv = await client.get(key);
  assertEquals([kv?.version, kv?.modRevision], [0n, header.revision]);
  assertEquals(await client.syncEndpoints(), [kine.endpoint]);
  assertEquals((await client.get(key))?.value.text(), "1");
}
