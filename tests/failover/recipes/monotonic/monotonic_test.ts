// monotonic() by three members, one of which is cut off from the others.
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { BalancerName } from "../../../../balancers/mod.ts";
import {
  type Client,
  compare,
  type Keyspace,
  op,
  prefix,
  StaleReadError,
} from "../../../../mod.ts";
import { monotonic, type MonotonicKeyspace } from "../../../../recipes/mod.ts";
import type { Member } from "../../../harness/mod.ts";
import {
  cluster,
  eachStrategy,
  newClient,
  startThreeMembers,
} from "../../_three_members.ts";

const STALE = { serializable: true };
const READS = 12;

startThreeMembers();

/** A follower that has not heard of the last write of "mono/a". */
async function makeStale(client: Client): Promise<Member> {
  await client.put("mono/a", "old");
  for (const { directEndpoint } of cluster.members) {
    // Each has heard of that.
    await client.member(directEndpoint).status();
  }
  const member = await cluster.follower();
  await cluster.isolate(member);
  return member;
}

/** The values that so many reads in a row have given. */
async function valuesOf(
  read: () => Promise<string | undefined>,
): Promise<ReadonlySet<string | undefined>> {
  const values = new Set<string | undefined>();
  for (let made = 0; made < READS; made++) values.add(await read());
  return values;
}

/** Everything that reads "mono/a" without asking the others. */
function readsOf(
  keys: Keyspace,
): readonly (() => Promise<string | undefined>)[] {
  return [
    async () => (await keys.get("mono/a", STALE))?.value.text(),
    async () => (await keys.range(prefix("mono/"), STALE)).kvs[0]?.value.text(),
    async () => {
      const { results } = await keys.txn({ then: [op.get("mono/a", STALE)] });
      return results[0]?.value.text();
    },
    async () => {
      const { succeeded } = await keys.txn({
        if: [compare.value("mono/a", "=", "new")],
      });
      return succeeded ? "new" : "old";
    },
    async () => {
      const page = { ...STALE, pageSize: 1 };
      const all = await Array.fromAsync(keys.list(prefix("mono/"), page));
      return all[0]?.value.text();
    },
    async () => {
      const kv = keys.kv.batched("reads");
      const [found] = await Promise.all([
        kv.get("mono/a", STALE),
        kv.get("mono/b", STALE),
      ]);
      return found?.value.text();
    },
    async () => {
      const below = keys.namespace("mono/");
      return (await below.get("a", STALE))?.value.text();
    },
  ];
}

eachStrategy(
  "#98 reads never go back to a member that is cut off",
  async (balancer: BalancerName) => {
    await using plain = newClient(balancer);
    await using writer = newClient("grpc1.23");
    await writer.put("mono/b", "1");
    const stale = await makeStale(writer);
    const others = cluster.endpoints.filter((one) => one !== stale.endpoint);
    writer.setEndpoints(others);
    // It knows of the new value, and then of the member that does not.
    await using client = newClient(balancer);
    client.setEndpoints(others);
    const keys = monotonic(client);
    const { header } = await writer.put("mono/a", "new");
    await keys.get("mono/a");
    assert(keys.seenRevision >= header.revision);
    client.setEndpoints(cluster.endpoints);
    plain.setEndpoints(stale.endpoint);
    for (const [at, read] of readsOf(plain).entries()) {
      // So it is without: also of a transaction with conditions alone.
      assertEquals(await read(), "old", `${at}`);
    }
    for (const [at, read] of readsOf(keys).entries()) {
      assertEquals(await valuesOf(read), new Set(["new"]), `${at}`);
    }
  },
);

/** Keys that have seen more than the only member that can be asked. */
async function cutOff(
  client: Client,
  options?: Parameters<typeof monotonic>[1],
): Promise<MonotonicKeyspace> {
  const stale = await makeStale(client);
  const others = cluster.endpoints.filter((one) => one !== stale.endpoint);
  client.setEndpoints(others);
  const keys = monotonic(client, options);
  await keys.put("mono/a", "new");
  client.setEndpoints(stale.endpoint);
  return keys;
}

eachStrategy(
  "#99 without a member that has heard of it, there is an error that says so",
  async (balancer) => {
    await using client = newClient(balancer);
    const keys = await cutOff(client);
    const seen = keys.seenRevision;
    const error = await assertRejects(
      () => keys.get("mono/a", { ...STALE, timeoutMs: 500 }),
      StaleReadError,
    );
    assertEquals(error.code, "stale_read");
    assertEquals([error.retryable, error.seenRevision], [true, seen]);
    assert(error.receivedRevision < seen);
    assert(error.message.includes(`though revision ${seen} was seen`));
    const signal = AbortSignal.timeout(300);
    const reason = await keys.get("mono/a", { ...STALE, signal })
      .catch((it) => it);
    assertEquals(reason, signal.reason);
  },
);

Deno.test("monotonic() with onStale error does not wait for a quorum", async () => {
  await cluster.reset();
  await using client = newClient("grpc1.23");
  const keys = await cutOff(client, { onStale: "error" });
  const startedAt = performance.now();
  await assertRejects(() => keys.get("mono/a", STALE), StaleReadError);
  assert(performance.now() - startedAt < 3_000);
  keys.forget();
  assertEquals((await keys.get("mono/a", STALE))?.value.text(), "old");
});
