// Leases on a real cluster through faults, sections A to F of the catalogue.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { BALANCER_NAMES, type BalancerName } from "../../balancers/mod.ts";
import {
  Client,
  EtcdError,
  type Lease,
  LeaseLostError,
  LeaseNotFoundError,
} from "../../mod.ts";
import { Cluster, sleep, waitFor } from "../harness/mod.ts";
import { clientOf, followerOf, observer, setAll } from "./_stream_subject.ts";

const TTL_SECONDS = 6;

let cluster: Cluster;
let other: Client;

Deno.test.beforeAll(async () => {
  cluster = await Cluster.start();
});

Deno.test.afterAll(async () => {
  await cluster.close();
});

function newClient(balancer: BalancerName): Client {
  return new Client({
    endpoints: cluster.endpoints,
    balancer,
    dialTimeoutMs: 1_000,
    keepAlive: false,
  });
}

/** A test for each strategy, on a cluster without faults. */
function scenario(
  name: string,
  run: (balancer: BalancerName) => Promise<void>,
): void {
  for (const balancer of BALANCER_NAMES) {
    Deno.test(`${balancer} | ${name}`, async () => {
      await cluster.reset();
      await using client = observer(cluster);
      other = client;
      await run(balancer);
    });
  }
}

/** Waits for the loss; resolves to it and to how long that took. */
async function lossOf(
  lease: Lease,
  timeoutMs: number,
): Promise<{ readonly loss: LeaseLostError; readonly afterMs: number }> {
  const startedAt = performance.now();
  await waitFor("the loss", () => lease.signal.aborted, { timeoutMs });
  assert(lease.signal.reason instanceof LeaseLostError);
  return {
    loss: lease.signal.reason,
    afterMs: performance.now() - startedAt,
  };
}

async function exists(id: bigint): Promise<boolean> {
  return (await other.lease.list()).includes(id);
}

scenario("lease calls on a real server", async (balancer) => {
  await using client = newClient(balancer);
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
  assertEquals((await lossOf(same, 1_000)).loss.reason, "expired");
  await assertRejects(() => client.lease.attach(lease.id), LeaseNotFoundError);
  const passing = await client.lease.grant(60);
  {
    await using left = await client.lease.grant(60);
    assert(await exists(left.id));
    passing.orphan();
  }
  assertEquals((await other.lease.list()).filter((id) => id === passing.id), [
    passing.id,
  ]);
  await passing.revoke();
});
