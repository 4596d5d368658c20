// How many connections there are while grpc1.7 moves its pin. Over both
// transports up to three of three members: the old one until it is closed, and
// a dial to each of the others, of which the second to answer is given up.
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { TRANSPORT_NAMES } from "../../../../balancers/transport/mod.ts";
import { Client } from "../../../../mod.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer, waitFor } from "../../../harness/mod.ts";

const EMPTY = new Uint8Array();
const RANGE = methods.kv.range.path;
const PUT = methods.kv.put.path;

for (const transport of TRANSPORT_NAMES) {
  for (const old of ["idle", "busy"] as const) {
    Deno.test(`grpc1.7 over ${transport} moves its pin off ${old === "idle" ? "an idle" : "a busy"} connection with three at most, and ends with one`, async () => {
      const hung: (() => void)[] = [];
      const servers = await Promise.all([1, 2, 3].map(async () => {
        const server = await FakeServer.start();
        server.handle(RANGE, () => EMPTY);
        server.handle(
          PUT,
          () => new Promise((resolve) => hung.push(() => resolve(EMPTY))),
        );
        return server;
      }));
      const open = () =>
        servers.reduce((sum, { connections }) => sum + connections.open, 0);
      const seen: number[] = [];
      const endpoints = servers.map(({ endpoint }) => endpoint);
      const client = new Client({
        endpoints,
        transport,
        balancer: "grpc1.7",
        onEvent: () => seen.push(client.balancer.connections),
      });
      await client.get("k");
      await waitFor("one connection", () => open() === 1);
      const { pin: before } = client.balancer;
      const put = old === "busy" ? client.put("k", "v") : undefined;
      if (old === "busy") await waitFor("the put", () => hung.length === 1);
      const pinned = servers.find(({ endpoint }) => endpoint === before);
      pinned?.handle(RANGE, () => new Promise(() => {}));
      await client.get("k", { timeoutMs: 100 }).catch(() => {});
      const left = old === "busy" ? 2 : 1;
      await waitFor("another pin", () => {
        const { pin, connections } = client.balancer;
        seen.push(connections);
        return pin !== undefined && pin !== before && connections === left;
      });
      await waitFor("no more than these", () => open() === left);
      // What runs on the old one ends there, and takes it along.
      for (const end of hung) end();
      await put;
      await waitFor("one connection", () => open() === 1);
      assertEquals(client.balancer.connections, 1);
      assertNotEquals(client.balancer.pin, before);
      assert(Math.max(...seen) <= 3, `${seen}`);
      for (const { endpoint, connections } of servers) {
        // The first dial of each, and one more when the pin moved.
        const most = endpoint === before ? 1 : 2;
        assert(connections.accepted <= most, `${connections.accepted} dials`);
      }
      await client.close();
      for (const server of servers) await server.close();
    });
  }
}
