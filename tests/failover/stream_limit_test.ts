// What waits for one of the few streams that a server allows
// (--max-concurrent-streams), on a real server.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { BALANCER_NAMES } from "../../balancers/mod.ts";
import { Client, EtcdError, TimeoutError, type Watch } from "../../mod.ts";
import { Cluster, waitFor } from "../harness/mod.ts";

const MOST = 2;
const LIMITED = "max concurrent streams";

let cluster: Cluster;
/** Makes its calls on a connection of its own. */
let other: Client;

Deno.test.beforeAll(async () => {
  cluster = await Cluster.start({
    members: 1,
    extraArgs: [`--max-concurrent-streams=${MOST}`],
  });
  other = new Client({ endpoints: cluster.endpoints, keepAlive: false });
  await other.connect();
});

Deno.test.afterAll(async () => {
  await other.close();
  await cluster.close();
});

/** A client whose two streams are taken: by a watch and a lease. */
async function fullClient(
  balancer: typeof BALANCER_NAMES[number],
): Promise<{ client: Client; watch: Watch } & AsyncDisposable> {
  const { endpoints } = cluster;
  const client = new Client({ endpoints, balancer, keepAlive: false });
  const lease = await client.lease.grant(60);
  await lease.keepAlive();
  const watch = client.watch("nobody writes this");
  await watch.ready;
  return {
    client,
    watch,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | a put that waited for a stream until its time was over, or was aborted, is never sent`, async () => {
    await using full = await fullClient(balancer);
    const { client, watch } = full;
    const keys = [`${balancer}/late`, `${balancer}/aborted`] as const;
    const late = await assertRejects(
      () => client.put(keys[0], "old", { timeoutMs: 300 }),
      TimeoutError,
    );
    assertStringIncludes(late.message, `one of the ${MOST} streams`);
    assertStringIncludes(late.message, LIMITED);
    assert(!late.maybeCommitted);
    assert(late.retryable);
    const abort = new AbortController();
    const aborted = client.put(keys[1], "old", { signal: abort.signal });
    const reason = new Error("not any more");
    abort.abort(reason);
    assertStrictEquals(await assertRejects(() => aborted), reason);
    for (const key of keys) await other.put(key, "new");
    await watch.close();
    // It takes the stream that has ended, after what came before it.
    await client.put(`${balancer}/next`, "x");
    for (const key of keys) {
      const kv = await other.get(key);
      assertEquals(kv?.value.text(), "new");
      assertEquals(kv?.version, 1n, "the old value was never there");
    }
  });
}
