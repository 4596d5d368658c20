// Connections whose peer has gone silent, and is not used any more.
import { assertEquals } from "@std/assert";
import { Client } from "../../../../mod.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer, startFaultProxy, waitFor } from "../../../harness/mod.ts";

Deno.test("setEndpoints() closes what it drops, though the peer does not close its end", async () => {
  await using server = await FakeServer.start();
  server.handle(methods.kv.range.path, () => new Uint8Array());
  await using silent = await startFaultProxy(
    Number(new URL(server.endpoint).port),
  );
  await using client = new Client({
    endpoints: silent.endpoint,
    keepAlive: false,
  });
  await client.get("k");
  await silent.set({ kind: "blackhole" });
  client.setEndpoints(server.endpoint);
  await client.get("k");
  assertEquals(client.balancer.dials, 2);
  await waitFor(
    "the dropped connection closed",
    () => client.balancer.connections === 1,
  );
});
