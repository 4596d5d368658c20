// A client of etcd's own gRPC proxy, which gives watches ids of its own.
import { assertEquals, assertRejects } from "@std/assert";
import { startEtcd, waitFor } from "../harness/mod.ts";
import {
  Client,
  type ErrorCode,
  EtcdError,
  op,
  UnavailableError,
  UnsupportedError,
} from "../../mod.ts";
import { startProxy } from "./_grpc_proxy.ts";

Deno.test("Client works through etcd's gRPC proxy", async () => {
  await using cluster = await startEtcd({ members: 1 });
  await using proxy = await startProxy(cluster);
  await using client = new Client({ endpoints: proxy.endpoint });
  await client.connect();
  const seen: string[] = [];
  const keys = ["a", "b", "c"];
  const watches = keys.map((key) => client.watch(key));
  const reading = watches.map(async (watch, at) => {
    for await (const { kv } of watch.events()) {
      seen.push(`${keys[at]}: ${kv.key.text()} ${kv.value.text()}`);
    }
  });
  await Promise.all(watches.map(({ ready }) => ready));
  for (const key of ["c", "a", "b"]) await client.put(key, "1");
  await waitFor("three events", () => seen.length === 3);
  assertEquals(seen.sort(), ["a: a 1", "b: b 1", "c: c 1"]);
  for (const watch of watches) await watch.close();
  await Promise.all(reading);
  await using one = await client.session();
  await using other = await client.session();
  const lock = await one.lock("n");
  assertEquals(await other.tryLock("n"), undefined);
  const waiting = other.lock("n");
  await lock.unlock();
  await (await waiting).unlock();
});

Deno.test("syncEndpoints() keeps etcd's gRPC proxy, which names an address where nobody is", async () => {
  await using cluster = await startEtcd({ members: 1 });
  await using proxy = await startProxy(cluster);
  await using client = new Client({ endpoints: proxy.endpoint });
  await client.connect();
  const { header, members } = await client.cluster.members();
  assertEquals(header.clusterId, 0n);
  assertEquals(members.length, 1);
  await assertRejects(() => client.syncEndpoints(), UnavailableError);
  await client.put("still", "here");
  assertEquals(
    client.balancer.endpoints.map(({ endpoint }) => endpoint),
    [proxy.endpoint],
  );
});

/** Calls that etcd refuses, each by a code of its own. */
const REFUSED: readonly (readonly [
  code: ErrorCode,
  call: (client: Client) => Promise<unknown>,
])[] = [
  ["lease_not_found", (client) => client.put("a", "1", { lease: 77n })],
  ["compacted", (client) => client.range("a", { revision: 2n })],
  ["future_revision", (client) => client.range("a", { revision: 999n })],
  ["key_not_found", (client) => client.put("none", "", { ignoreValue: true })],
  ["request_too_large", (client) => client.put("a", new Uint8Array(1_700_000))],
  ["too_many_operations", (client) => client.txn({ then: MANY })],
  ["lease_exists", (client) => client.lease.grant(60, { id: 5n })],
  ["lease_ttl_too_large", (client) => client.lease.grant(2 ** 40)],
  ["member_not_found", (client) => client.cluster.remove(123n)],
  ["user_not_found", (client) => client.auth.users.get("nobody")],
  ["role_not_found", (client) => client.auth.roles.get("nobody")],
  ["root_user_not_exist", (client) => client.auth.enable()],
];
const MANY = Array.from({ length: 200 }, (_, at) => op.put(`${at}`, "1"));

Deno.test("Errors have the same code through etcd's gRPC proxy", async () => {
  await using cluster = await startEtcd({ members: 1 });
  await using proxy = await startProxy(cluster);
  await using direct = new Client({ endpoints: cluster.endpoints });
  await using client = new Client({ endpoints: proxy.endpoint });
  await client.connect();
  for (let puts = 0; puts < 4; puts++) await direct.put("a", "1");
  const { header } = await direct.put("a", "1");
  await direct.kv.compact(header.revision - 1n);
  (await direct.lease.grant(60, { id: 5n })).orphan();
  for (const [code, call] of REFUSED) {
    for (const from of [direct, client]) {
      const error = await assertRejects(() => call(from), EtcdError);
      assertEquals([error.code, error.maybeCommitted], [code, false]);
    }
  }
  await using watch = client.watch("a");
  await watch.ready;
  await assertRejects(() => watch.requestProgress(), UnsupportedError);
});
