// The connections of a client, as a server and the client see them.
import { assertStrictEquals } from "@std/assert";
import { Client } from "../../../../mod.ts";
import {
  BALANCER_NAMES,
  type BalancerName,
} from "../../../../balancers/mod.ts";
import { FakeServer, waitFor } from "../../../harness/mod.ts";
import { EMPTY, Pair, PUT, RANGE } from "./_pair.ts";

Deno.test("Client finishes running calls after a GOAWAY, and uses a new connection", async () => {
  for (const balancer of BALANCER_NAMES) {
    await using pair = await Pair.start({ balancer });
    const { server, client } = pair;
    const release = Promise.withResolvers<Uint8Array>();
    server.handle(PUT, () => release.promise);
    await client.connect();
    const put = client.put("k", "v");
    await waitFor("the call", () => server.calls(PUT) === 1, { intervalMs: 1 });
    server.goAway();
    await waitFor("a new connection", () => server.connections.accepted === 2);
    await client.get("k");
    assertStrictEquals(server.connections.open, 2, "the old one drains");
    release.resolve(EMPTY);
    await put;
    await waitFor("the old one's end", () => client.balancer.connections === 1);
    assertStrictEquals(server.calls(PUT), 1);
  }
});

Deno.test("Client drops an endpoint and lets its calls finish", async () => {
  await using pair = await Pair.start();
  await using other = await FakeServer.start();
  const { server, client } = pair;
  other.handle(RANGE, () => EMPTY);
  const release = Promise.withResolvers<Uint8Array>();
  server.handle(PUT, () => release.promise);
  const put = client.put("k", "v");
  await waitFor("the call", () => server.calls(PUT) === 1, { intervalMs: 1 });
  client.setEndpoints([other.endpoint]);
  await client.get("k");
  assertStrictEquals(other.calls(RANGE), 1);
  assertStrictEquals(client.balancer.connections, 2);
  release.resolve(EMPTY);
  await put;
  await waitFor("its end", () => server.connections.open === 0);
});

/** The calls that each member has of 31 at least. */
const LEAST: Readonly<Record<BalancerName, number>> = {
  "grpc1.0": 0,
  "grpc1.7": 0,
  "grpc1.23": 10,
  // With the question by which it has come to be trusted.
  "adaptive": 11,
};

Deno.test("Client has each strategy's number of connections, and sees them (§5.1: 3, 1 and 3)", async () => {
  await using a = await FakeServer.start();
  await using b = await FakeServer.start();
  await using c = await FakeServer.start();
  const servers = [a, b, c];
  for (const server of servers) server.handle(RANGE, () => EMPTY);
  for (const balancer of BALANCER_NAMES) {
    await using client = new Client({
      endpoints: servers.map(({ endpoint }) => endpoint),
      balancer,
    });
    assertStrictEquals(client.balancer.connections, 0);
    const before = servers.map((server) => server.calls(RANGE));
    await client.get("k");
    const expected = balancer === "grpc1.7" ? 1 : 3;
    await waitFor(
      `${expected} connections`,
      () =>
        client.balancer.connections === expected &&
        servers.reduce((sum, { connections }) => sum + connections.open, 0) ===
          expected,
    );
    const standings = () => client.balancer.trust ?? [];
    await waitFor(
      "trust",
      () => standings().every(({ standing }) => standing === "trusted"),
    );
    for (let call = 0; call < 30; call++) await client.get("k");
    const spread = servers.map((server, at) =>
      server.calls(RANGE) - (before[at] ?? 0)
    ).sort((x, y) => x - y);
    assertStrictEquals(spread[0], LEAST[balancer], `${balancer}: ${spread}`);
    await client.close();
    assertStrictEquals(client.balancer.connections, 0);
    await waitFor(
      "the ends of all sockets",
      () => servers.every(({ connections }) => connections.open === 0),
    );
  }
});

Deno.test("Client sees the sockets that grpc-js makes: the hook of this release works", async () => {
  await using pair = await Pair.start();
  const { server, client } = pair;
  await client.get("k");
  assertStrictEquals(client.balancer.connections, 1);
  const { dials } = client.balancer;
  server.disconnect();
  await waitFor(
    "a new connection",
    () =>
      client.balancer.dials === dials + 1 && client.balancer.connections === 1,
  );
  await client.get("k");
  await client.close();
  assertStrictEquals(client.balancer.connections, 0);
});
