import { assert, assertEquals } from "@std/assert";
import type { Gateway } from "../../../../gateway/mod.ts";
import { freePorts } from "../../../harness/_ports.ts";
import { waitFor } from "../../../harness/mod.ts";
import { BlackHole } from "../../support/_black_hole.ts";
import { startGateway } from "../_log.ts";
import {
  connectTo,
  echo,
  readText,
  readToEnd,
  TcpPeer,
} from "../../support/_tcp_peer.ts";

/** Which member answers; "" if the gateway hangs up. */
async function whoAnswers(gateway: Gateway): Promise<string> {
  using client = await connectTo(gateway.address);
  return await readText(client, 1);
}

async function deadAddress(): Promise<string> {
  return `127.0.0.1:${(await freePorts(1))[0]}`;
}

Deno.test("Gateway passes a client on to the next endpoint unnoticed", async () => {
  await using b = new TcpPeer(echo("b"));
  const dead = await deadAddress();
  await using started = await startGateway({ endpoints: [dead, b.address] });
  const { gateway, told } = started;
  assertEquals(await whoAnswers(gateway), "b");
  assertEquals(await whoAnswers(gateway), "b");
  const [down, ...more] = told("deactivated");
  assertEquals([down?.endpoint, down?.retryMs, more], [dead, 60_000, []]);
  const { failed, accepted, endpoints } = gateway.snapshot();
  assertEquals([failed, accepted], [0, 2]);
  assertEquals(endpoints.map(({ state }) => state), ["inactive", "active"]);
  assertEquals(endpoints[0]?.failedDials, 1);
});

Deno.test("Gateway keeps to one endpoint until it fails, and then to another", async () => {
  const a = new TcpPeer(echo("a"));
  await using b = new TcpPeer(echo("b"));
  await using started = await startGateway({
    endpoints: [a.address, b.address],
    retryDelayMs: 50,
  });
  const { gateway, told } = started;
  for (let n = 0; n < 5; n++) assertEquals(await whoAnswers(gateway), "a");
  await a.close();
  assertEquals(await whoAnswers(gateway), "b");
  await using back = new TcpPeer(echo("a"), { port: a.port });
  await waitFor("the first endpoint back", () => told("activated").length > 0);
  assertEquals(await whoAnswers(gateway), "b");
  assertEquals(back.port, a.port);
});

Deno.test("Gateway gives up an endpoint that does not answer a dial", async () => {
  using hole = await BlackHole.open();
  await using b = new TcpPeer(echo("b"));
  await using started = await startGateway({
    endpoints: [hole.address, b.address],
    dialTimeoutMs: 200,
  });
  const { gateway, told } = started;
  // Upstream waits for the kernel: about two minutes for each client.
  const startMs = performance.now();
  assertEquals(await whoAnswers(gateway), "b");
  const tookMs = performance.now() - startMs;
  assert(tookMs >= 198 && tookMs < 4_500, `took ${tookMs} ms`);
  const [down] = told("deactivated");
  assert(down?.error instanceof Deno.errors.TimedOut);
});

Deno.test("Gateway spreads clients in turns when told to", async () => {
  await using a = new TcpPeer(echo("a"));
  await using b = new TcpPeer(echo("b"));
  await using c = new TcpPeer(echo("c"));
  await using started = await startGateway({
    endpoints: [a.address, b.address, c.address],
    selection: "roundRobin",
  });
  let answers = "";
  for (let n = 0; n < 6; n++) answers += await whoAnswers(started.gateway);
  assertEquals(answers, "abcabc");
});

Deno.test("Gateway serves within a moment of the first endpoint's return", async () => {
  const [port = 0] = await freePorts(1);
  await using started = await startGateway({
    endpoints: [`127.0.0.1:${port}`, await deadAddress()],
  });
  const { gateway, told } = started;
  assertEquals(await whoAnswers(gateway), "");
  assertEquals(told("refused").map(({ reason }) => reason), ["no_endpoint"]);
  assertEquals(gateway.snapshot().failed, 1);
  // Upstream refuses for what is left of the minute.
  await using _a = new TcpPeer(echo("a"), { port });
  const startMs = performance.now();
  assertEquals(await whoAnswers(gateway), "a");
  const tookMs = performance.now() - startMs;
  assert(tookMs < 10_000, `took ${tookMs} ms`);
});

Deno.test("Gateway finds an endpoint that is back without being asked", async () => {
  const [port = 0] = await freePorts(1);
  await using started = await startGateway({ endpoints: `127.0.0.1:${port}` });
  const { gateway, told } = started;
  assertEquals(await whoAnswers(gateway), "");
  await using _a = new TcpPeer(echo("a"), { port });
  await waitFor("the endpoint", () => told("activated").length > 0);
  assertEquals(gateway.snapshot().endpoints[0]?.lastError, undefined);
});

Deno.test("Gateway closes the connections of an endpoint that failed, if told to", async () => {
  for (const closeEjected of [true, false]) {
    const a = new TcpPeer(echo("a"));
    await using b = new TcpPeer(echo("b"));
    let well = true;
    await using started = await startGateway({
      endpoints: [a.address, b.address],
      closeEjected,
      probe: (endpoint) =>
        well || endpoint === b.address
          ? Promise.resolve()
          : Promise.reject(new Error("unwell")),
      probeIntervalMs: 20,
    });
    const { gateway, told } = started;
    using client = await connectTo(gateway.address);
    assertEquals(await readText(client, 1), "a");
    well = false;
    await waitFor("the probe", () => told("deactivated").length > 0);
    assertEquals(await whoAnswers(gateway), "b");
    if (closeEjected) {
      assertEquals((await readToEnd(client)).bytes.length, 0);
    } else {
      await client.write(new TextEncoder().encode("still"));
      assertEquals(await readText(client, 5), "still");
    }
    await a.close();
  }
});

Deno.test("Gateway keeps the last endpoint whatever the probe says", async () => {
  await using a = new TcpPeer(echo("a"));
  let probes = 0;
  await using started = await startGateway({
    endpoints: [a.address],
    probe: () => Promise.reject(new Error(`unwell ${++probes}`)),
    probeIntervalMs: 5,
  });
  await waitFor("three probes", () => probes >= 3);
  assertEquals(started.told("deactivated"), []);
  assertEquals(await whoAnswers(started.gateway), "a");
});

Deno.test("Gateway looks for a well endpoint at once when the last one is unwell", async () => {
  await using a = new TcpPeer(echo("a"));
  await using b = new TcpPeer(echo("b"));
  const well = new Set<string>();
  await using started = await startGateway({
    endpoints: [a.address, b.address],
    probe: (endpoint) =>
      well.has(endpoint)
        ? Promise.resolve()
        : Promise.reject(new Error("unwell")),
    probeIntervalMs: 20,
  });
  const { gateway, told } = started;
  // As when a majority is lost: all are unwell, the last one is kept.
  await waitFor("one left out", () => told("deactivated").length > 0);
  const out = told("deactivated")[0]?.endpoint ?? "";
  well.add(out);
  // Not after the retry delay of a minute: the one kept is as bad as none.
  await waitFor("it back", () => told("activated").length > 0);
  await waitFor("the other out", () => told("deactivated").length > 1);
  assertEquals(await whoAnswers(gateway), out === a.address ? "a" : "b");
});

Deno.test("Gateway follows the members", async () => {
  await using a = new TcpPeer(echo("a"));
  await using b = new TcpPeer(echo("b"));
  let members: readonly string[] | undefined;
  await using started = await startGateway({
    endpoints: a.address,
    members: () =>
      members ? Promise.resolve(members) : Promise.reject(new Error("not yet")),
    refreshMs: 10,
    closeEjected: true,
  });
  const { gateway, told } = started;
  await waitFor("a failure", () => told("refresh_failed").length > 0);
  using client = await connectTo(gateway.address);
  assertEquals(await readText(client, 1), "a");
  members = [];
  const failures = told("refresh_failed").length;
  await waitFor("more", () => told("refresh_failed").length > failures + 2);
  assertEquals(gateway.snapshot().endpoints.length, 1);
  members = [`http://${b.address}`];
  await waitFor("the new member", () => told("endpoints").length > 0);
  assertEquals((await readToEnd(client)).bytes.length, 0);
  assertEquals(await whoAnswers(gateway), "b");
  assertEquals(told("endpoints"), [{
    type: "endpoints",
    endpoints: [b.address],
    added: [b.address],
    removed: [a.address],
  }]);
});
