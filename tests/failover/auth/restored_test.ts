// Clients that have a token of etcd's simple kind from before an older snapshot
// was restored. The token names an entry of the log that is lost: etcd waits for
// it, and answers neither calls nor watches.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { BALANCER_NAMES, type BalancerName } from "../../../balancers/mod.ts";
import { Client, HistoryLostError } from "../../../mod.ts";
import { cluster, startCluster } from "../_cluster.ts";

// More entries than the restored cluster gets here.
const LOST_ENTRIES = 300;

startCluster({ members: 1, auth: true });

/** A client, and what became of its tokens. */
function clientWith(balancer: BalancerName) {
  const changes: string[] = [];
  const client = new Client({
    ...cluster.clientOptions,
    balancer,
    onEvent: (event) => {
      if (event.type === "token") changes.push(event.change);
    },
  });
  return { client, changes };
}

/** All that a client is for; each would wait for ever. */
async function useAll(client: Client, lease: bigint): Promise<void> {
  const [endpoint = ""] = cluster.endpoints;
  await using watch = client.watch("other");
  await Promise.all([
    client.get("key"),
    client.put("key", "new"),
    client.txn({ if: [], then: [], else: [] }),
    client.lease.grant(60),
    client.member(endpoint).status(),
    watch.ready,
    renew(client, lease),
  ]);
}

/** Renews a lease of somebody else's, and leaves it as it is. */
async function renew(client: Client, id: bigint): Promise<void> {
  const lease = await client.lease.attach(id);
  await lease.keepAliveOnce();
  await lease.orphan();
}

Deno.test("calls, watches and leases go on when a restored snapshot has not come to the token", async () => {
  await using early = new Client(cluster.clientOptions);
  const lease = await early.lease.grant(600);
  const snapshot = await cluster.snapshot();
  for (let made = 0; made < LOST_ENTRIES; made++) await early.put("key", "x");
  const subjects = BALANCER_NAMES.map(clientWith);
  const watches = await Promise.all(subjects.map(async ({ client }) => {
    const watch = client.watch("key");
    await watch.ready;
    return watch;
  }));
  await cluster.restore({ snapshot });
  for (const [at, { client, changes }] of subjects.entries()) {
    await useAll(client, lease.id);
    assertEquals(changes.slice(0, 3), ["fetched", "refused", "fetched"]);
    // It would never have known that its events are lost.
    const watch = watches[at];
    assert(watch);
    await assertRejects(async () => {
      for await (const _ of watch);
    }, HistoryLostError);
    await client.close();
  }
});
