// Endpoints of another cluster, against fake members.
import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ClusterGuard } from "../../../../api/call/_cluster_guard.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { methods } from "../../../../proto/methods.ts";
import { Client, ClusterMismatchError } from "../../../../mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { startMember } from "./_member_server.ts";

const CALL = () => ({
  action: "get",
  method: "KV.Range",
  endpoint: "http://a:1",
  maybeCommitted: false,
});

function reply(clusterId: bigint) {
  return { header: { clusterId: fromBigInt(clusterId) } };
}

Deno.test("ClusterGuard takes the first id for the cluster's, and no id for none", () => {
  const refused: string[] = [];
  const guard = new ClusterGuard({
    uses: () => true,
    refuse: (endpoint) => {
      refused.push(endpoint);
      return "refused";
    },
  }, { now: () => 0 });
  for (const none of [{}, { header: null }, { header: undefined }, reply(0n)]) {
    guard.check(none, CALL);
  }
  guard.check(reply(1n << 63n), CALL);
  guard.check(reply(1n << 63n), CALL);
  guard.check(reply(0n), CALL);
  assertEquals(refused, []);
  try {
    guard.check(reply(1n), CALL);
  } catch (error) {
    assertEquals((error as ClusterMismatchError).clusterId, 1n);
  }
  assertEquals(refused, ["http://a:1"]);
});

Deno.test("Client refuses an endpoint of another cluster, and uses the others", async () => {
  await using a = await startMember({ clusterId: 10n });
  await using b = await startMember({ clusterId: 11n });
  await using client = new Client({ endpoints: a.server.endpoint });
  await client.range("x");
  client.setEndpoints([a.server.endpoint, b.server.endpoint]);
  const errors: unknown[] = [];
  await waitFor("a reply of the other cluster", async () => {
    await client.range("x").catch((error) => errors.push(error));
    return errors.length > 0;
  });
  const [error] = errors;
  assert(error instanceof ClusterMismatchError);
  assertEquals(error.endpoint, b.server.endpoint);
  assertEquals(error.clusterId, 11n);
  assertEquals(error.expectedClusterId, 10n);
  assertEquals(error.code, "wrong_cluster");
  assertFalse(error.maybeCommitted);
  assert(error.retryable);
  assertStringIncludes(
    error.message,
    `${b.server.endpoint} is not used any more, as it belongs to the cluster b, not to a`,
  );
  const before = b.ranges;
  for (let calls = 0; calls < 6; calls++) await client.range("x");
  assertEquals(b.ranges, before);
  const view = client.balancer.endpoints.find(({ endpoint }) =>
    endpoint === b.server.endpoint
  );
  assertEquals(view?.state, "closed");
  assertStringIncludes(view?.lastError ?? "", "it belongs to the cluster b");
});

Deno.test("Client takes the last endpoint's cluster for a new one", async () => {
  await using a = await startMember({ clusterId: 10n });
  await using client = new Client({ endpoints: a.server.endpoint });
  await client.range("x");
  a.clusterId = 12n;
  const error = await assertRejects(
    () => client.range("x"),
    ClusterMismatchError,
  );
  assertStringIncludes(
    error.message,
    "is the last endpoint, and it belongs to",
  );
  // A watch must not go on: revisions of the new cluster mean something else.
  assertFalse(error.retryable);
  await client.range("x");
  assertEquals(a.ranges, 3);
});

Deno.test("ClusterGuard stays with one of two clusters that one endpoint leads to, and says so", () => {
  let now = 0;
  const guard = new ClusterGuard(
    { uses: () => true, refuse: () => "last" },
    { now: () => now },
  );
  const told = (clusterId: bigint) => {
    try {
      guard.check(reply(clusterId), CALL);
    } catch (error) {
      assert(error instanceof ClusterMismatchError);
      assertFalse(error.retryable);
      return error.message;
    }
    return "fine";
  };
  assertEquals(told(10n), "fine");
  assertStringIncludes(told(11n), "is the last endpoint, and it belongs to");
  // Replaced, so far.
  assertEquals(told(11n), "fine");
  for (let turns = 0; turns < 5; turns++) {
    now += 59_999;
    assertStringIncludes(
      told(10n),
      "http://a:1 leads to two clusters: this time to a, while the client stays with b",
    );
    assertEquals(told(11n), "fine");
  }
  // Nothing of the one for long: it is gone, the other is back.
  now += 60_000;
  assertStringIncludes(
    told(10n),
    "it belongs to the cluster a, not to b as before",
  );
  assertEquals(told(10n), "fine");
  assertStringIncludes(told(11n), "stays with a");
  guard.forget();
  assertEquals(told(11n), "fine");
});

Deno.test("Client.setEndpoints() with other endpoints only may lead to another cluster", async () => {
  await using a = await startMember({ clusterId: 10n });
  await using b = await startMember({ clusterId: 11n });
  await using client = new Client({ endpoints: a.server.endpoint });
  await client.range("x");
  client.setEndpoints(b.server.endpoint);
  await client.range("x");
  assertEquals(b.ranges, 1);
});

Deno.test("A late reply of the cluster before does not turn the new endpoints away", async () => {
  await using before = await startMember({ clusterId: 10n });
  await using a = await startMember({ clusterId: 11n });
  await using b = await startMember({ clusterId: 11n });
  const { path } = methods.kv.put;
  const answer = Promise.withResolvers<void>();
  before.server.handle(path, async () => {
    await answer.promise;
    return codecOf("etcdserverpb.PutResponse").encode({
      header: { clusterId: fromBigInt(10n) },
    });
  });
  await using client = new Client({ endpoints: before.server.endpoint });
  const late = client.put("k", "v");
  await waitFor("the put", () => before.server.calls(path) === 1);
  client.setEndpoints([a.server.endpoint, b.server.endpoint]);
  answer.resolve();
  await late;
  for (let calls = 0; calls < 4; calls++) await client.range("x");
  assertEquals(a.ranges + b.ranges, 4);
});
