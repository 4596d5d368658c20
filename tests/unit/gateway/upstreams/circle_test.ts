// Gateways that lead back to themselves, alone or by way of another.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { InvalidOptionError } from "../../../../errors/mod.ts";
import { Gateway } from "../../../../gateway/mod.ts";
import { freePorts } from "../../../harness/_ports.ts";
import { waitFor } from "../../../harness/mod.ts";
import { startGateway } from "../_log.ts";
import { GatewayProcess } from "../_process.ts";
import {
  connectTo,
  echo,
  readText,
  readToEnd,
  TcpPeer,
} from "../../support/_tcp_peer.ts";

Deno.test("Gateway.start() refuses an endpoint that is the gateway", async () => {
  const [port = 0] = await freePorts(1);
  for (
    const [listen, endpoint] of [
      [`127.0.0.1:${port}`, `127.0.0.1:${port}`],
      [`127.0.0.1:${port}`, `http://localhost:${port}`],
      [`:${port}`, `127.0.0.1:${port}`],
      [`0.0.0.0:${port}`, `localhost:${port}`],
    ] as const
  ) {
    await assertRejects(
      () => Gateway.start({ listen, endpoints: ["127.0.0.1:1", endpoint] }),
      InvalidOptionError,
      "another address than the gateway's own",
    );
  }
});

Deno.test("Gateway leaves out an endpoint that turns out to be itself", async () => {
  await using peer = new TcpPeer(echo("a"));
  let members: readonly string[] = [];
  await using started = await startGateway({
    endpoints: peer.address,
    refreshMs: 10,
    members: () => Promise.resolve(members),
  });
  const { gateway, told } = started;
  members = [gateway.address, peer.address];
  await waitFor("the loop", () => told("endpoints").length > 0);
  // A client is lost to find out; from then on nobody is.
  using first = await connectTo(gateway.address);
  await readText(first, 1);
  await waitFor("the guard", () => told("excluded").length > 0);
  assert(told("refused").some(({ reason }) => reason === "loop"));
  using second = await connectTo(gateway.address);
  assertEquals(await readText(second, 1), "a");
  assert(gateway.snapshot().accepted < 20, "it goes round and round");
});

Deno.test("Gateway in a circle of two fills its limit, says so, and is free again", async () => {
  const maxConnections = 10;
  const [one = 0, other = 0] = await freePorts(2);
  const start = (own: number, next: number) =>
    startGateway({
      listen: `127.0.0.1:${own}`,
      endpoints: `127.0.0.1:${next}`,
      maxConnections,
    });
  await using a = await start(one, other);
  await using b = await start(other, one);
  const both = [a, b];
  for (let round = 1; round <= 2; round++) {
    using client = await connectTo(a.gateway.address);
    // Each passes it on to the other, until one has no room left.
    assertEquals((await readToEnd(client)).bytes.length, 0);
    for (const { gateway } of both) {
      const { open, accepted } = gateway.snapshot();
      assert(open <= maxConnections, `${open} are open`);
      assert(accepted <= round * (maxConnections + 1), `${accepted} came`);
    }
    client.close();
    for (const { gateway } of both) {
      await waitFor("no client", () => gateway.snapshot().open === 0);
    }
  }
  const refused = both.flatMap(({ told }) => told("refused"));
  assertEquals(refused.map(({ reason }) => reason), ["limit", "limit"]);
  for (const { gateway, told } of both) {
    assertEquals(gateway.snapshot().state, "serving");
    assertEquals([told("deactivated"), told("excluded")], [[], []]);
  }
});

Deno.test("the gateway command outlives a circle without a limit", async () => {
  const [one = 0, other = 0] = await freePorts(2);
  const start = (own: number, next: number) =>
    new GatewayProcess([
      `--listen-addr=127.0.0.1:${own}`,
      `--endpoints=127.0.0.1:${next}`,
      "--drain-timeout=0",
    ], { shell: "ulimit -n 60" });
  await using a = start(one, other);
  await using b = start(other, one);
  await b.address();
  using _client = await connectTo(await a.address());
  const shortage = /failed to accept.*Too many open files|reason="local"/;
  await waitFor(
    "the shortage",
    () => [...a.lines, ...b.lines].some((line) => shortage.test(line)),
  );
  for (const command of [a, b]) {
    command.signal("SIGTERM");
    assertEquals((await command.status).code, 0);
  }
});
