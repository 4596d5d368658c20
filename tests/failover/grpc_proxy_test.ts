// A client of etcd's own gRPC proxy, which gives watches ids of its own.
import { assertEquals } from "@std/assert";
import { Cluster, waitFor } from "../harness/mod.ts";
import { Client } from "../../mod.ts";
import { startProxy } from "./_grpc_proxy.ts";

Deno.test("Client works through etcd's gRPC proxy", async () => {
  await using cluster = await Cluster.start({ members: 1 });
  await using proxy = startProxy(cluster);
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
