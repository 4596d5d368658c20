// The client over its own HTTP/2 transport, on a real server; every other test
// runs over it with `--transport http2`.
import { assert, assertEquals } from "@std/assert";
import { BALANCER_NAMES } from "../../balancers/mod.ts";
import { Client, prefix } from "../../mod.ts";
import { cluster, startCluster } from "./_cluster.ts";

const MEBIBYTE = 1_048_576;

startCluster({ members: 1 });

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | a client over http2 reads, writes, watches, leases and locks`, async () => {
    await using client = new Client({
      endpoints: cluster.endpoints,
      balancer,
      transport: "http2",
    });
    const key = `${balancer}/key`;
    const watch = client.watch(key);
    await watch.ready;
    const value = new Uint8Array(MEBIBYTE).fill(7);
    await Promise.all([
      client.put(key, value),
      ...Array.from({ length: 100 }, (_, at) => client.put(`${key}/${at}`, "")),
    ]);
    assertEquals((await client.get(key))?.value.length, MEBIBYTE);
    assertEquals((await client.range(prefix(`${key}/`))).count, 100n);
    for await (const { events } of watch) {
      assertEquals(events[0]?.kv.value.length, MEBIBYTE);
      break;
    }
    const lease = await client.lease.grant(60);
    await lease.keepAlive();
    await lease.revoke();
    await using session = await client.session();
    await using lock = await session.lock(`${balancer}/lock`);
    assert(lock.revision > 0n);
    const [endpoint = ""] = cluster.endpoints;
    const { version } = await client.member(endpoint).status();
    assert(version.startsWith("3."));
    let size = 0;
    for await (const chunk of client.maintenance.snapshot()) {
      size += chunk.length;
    }
    assert(size > MEBIBYTE, `${size} bytes`);
  });
}
