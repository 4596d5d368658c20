import { assert, assertEquals } from "@std/assert";
import { type TestCluster, waitFor } from "../../harness/mod.ts";
import { type Checks, ctl, ctlJson } from "./_check.ts";

const ID = 4_711n;

/** The ids by `etcdctl`. */
async function listed(cluster: TestCluster): Promise<readonly bigint[]> {
  const lines = await ctl(cluster, "lease", "list");
  return lines.filter((line) => /^[0-9a-f]{16}$/.test(line))
    .map((id) => BigInt(`0x${id}`));
}

async function told(cluster: TestCluster, id: bigint) {
  return await ctlJson<{
    readonly ttl: number;
    readonly "granted-ttl": number;
    readonly keys: readonly string[] | null;
  }>(cluster, "lease", "timetolive", "--keys", id.toString(16));
}

/** The service of leases. */
export const LEASE_CHECKS: Checks<"lease"> = {
  async grant({ cluster, client }) {
    const lease = await client.lease.grant(60, { id: ID });
    assertEquals(await listed(cluster), [ID]);
    assertEquals((await told(cluster, ID))["granted-ttl"], 60);
    lease.orphan();
  },

  async timeToLive({ cluster, client }) {
    await ctl(cluster, "put", "leased", "x", `--lease=${ID.toString(16)}`);
    const lease = await client.lease.attach(ID);
    const { keys, grantedSeconds, remainingSeconds } = await lease.timeToLive({
      keys: true,
    });
    assertEquals(keys.map((key) => key.text()), ["leased"]);
    const { ttl, keys: base64, "granted-ttl": granted } = await told(
      cluster,
      ID,
    );
    assertEquals(base64?.map(atob), ["leased"]);
    assertEquals(grantedSeconds, granted);
    // Asked one after the other.
    assert(remainingSeconds - ttl <= 2 && remainingSeconds >= ttl);
    lease.orphan();
  },

  async keepAlive({ cluster, client }) {
    const lease = await client.lease.attach(ID);
    const { ttl } = await waitFor("some of the time to be over", async () => {
      const now = await told(cluster, ID);
      return now.ttl <= 57 && now;
    });
    assertEquals(await lease.keepAliveOnce(), 60);
    const renewed = await told(cluster, ID);
    assert(renewed.ttl > ttl && renewed.ttl <= 60, `${ttl}, ${renewed.ttl}`);
    lease.orphan();
  },

  async leases({ cluster, client }) {
    const [line = ""] = await ctl(cluster, "lease", "grant", "100");
    const granted = BigInt(`0x${/^lease ([0-9a-f]+) granted/.exec(line)?.[1]}`);
    const ours = await client.lease.list();
    assertEquals([...ours].sort(), [...await listed(cluster)].sort());
    assert(ours.includes(granted));
  },

  async revoke({ cluster, client }) {
    const lease = await client.lease.attach(ID);
    await lease.revoke();
    assert(!(await listed(cluster)).includes(ID));
    assertEquals(await ctl(cluster, "get", "leased"), []);
  },
};
