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

scenario(
  "#11 #12 lease on a member gone silent is kept elsewhere, or lost in time",
  async (balancer) => {
    const target = await followerOf(cluster);
    await using client = await clientOf(target, balancer);
    const lease = await client.lease.grant(TTL_SECONDS);
    await lease.keepAlive();
    client.setEndpoints(cluster.endpoints);
    await waitFor(
      "settled connections",
      () =>
        client.balancer.endpoints.every(({ state }) =>
          state === "ready" || state === "idle"
        ),
    );
    await target.proxy.set({ kind: "blackhole" });
    if (balancer === "grpc1.23") {
      // Longer than it would live without a renewal on another member.
      await sleep(TTL_SECONDS * 1_000 + 1_000);
      assertFalse(lease.signal.aborted, `${lease.signal.reason}`);
      assert(await exists(lease.id));
    } else {
      const { loss, afterMs } = await lossOf(lease, 10_000);
      assertEquals(loss.reason, "not_renewed");
      assert(afterMs < TTL_SECONDS * 1_000, `${afterMs} ms`);
      // Told before the server ends it.
      assert(await exists(lease.id));
    }
  },
);

scenario(
  "#49 lease is renewed or lost when the quorum has been, never hung",
  async (balancer) => {
    await using client = newClient(balancer);
    const lease = await client.lease.grant(4);
    await lease.keepAlive();
    const [first, second] = cluster.members;
    await Promise.all([first?.kill(), second?.kill()]);
    const startedAt = performance.now();
    await sleep(1_500);
    await cluster.reset();
    const renewed = lease.signal.aborted ? false : await lease.keepAliveOnce()
      .then((ttlSeconds) => ttlSeconds > 0, () => false);
    if (!renewed) {
      const { loss } = await lossOf(lease, 10_000);
      assert(
        ["not_renewed", "expired"].includes(loss.reason) &&
          performance.now() - startedAt < 20_000,
      );
      return;
    }
    await waitFor("a life after the outage", async () => {
      assertFalse(lease.signal.aborted, `${lease.signal.reason}`);
      return (await lease.timeToLive()).remainingSeconds > 0;
    });
  },
);

scenario(
  "#82 lease without any server is lost before its time is over",
  async (balancer) => {
    await using client = newClient(balancer);
    const lease = await client.lease.grant(3);
    await lease.keepAlive();
    await setAll(cluster, "refuse");
    const { loss, afterMs } = await lossOf(lease, 5_000);
    assertEquals(loss.reason, "not_renewed");
    assert(afterMs < 3_000, `${afterMs} ms`);
    assert(await exists(lease.id), "the server was first");
  },
);

scenario(
  "#83 lease that was revoked elsewhere while disconnected is lost on return",
  async (balancer) => {
    await using client = newClient(balancer);
    const lease = await client.lease.grant(30);
    await lease.keepAlive();
    await setAll(cluster, "refuse");
    const elsewhere = await other.lease.attach(lease.id);
    await elsewhere.revoke();
    await setAll(cluster, "pass");
    assertEquals((await lossOf(lease, 10_000)).loss.reason, "expired");
  },
);
