// Gateways that have each other for an endpoint; more of them, and by the
// instance, are in `tests/matrix/`.
import { assert, assertEquals } from "@std/assert";
import { freePorts } from "../../../harness/_ports.ts";
import { waitFor } from "../../../harness/mod.ts";
import { untilServed } from "../_circles.ts";
import { startGateway } from "../_log.ts";
import { GatewayProcess } from "../_process.ts";
import { connectTo, echo, TcpPeer } from "../../support/_tcp_peer.ts";

Deno.test("the gateway commands of a circle find out, and go on by their other endpoints", async () => {
  await using peer = new TcpPeer(echo("a"));
  const [one = 0, other = 0] = await freePorts(2);
  const start = (own: number, next: number) =>
    new GatewayProcess([
      `--listen-addr=127.0.0.1:${own}`,
      `--endpoints=127.0.0.1:${next},${peer.address}`,
    ], { shell: "ulimit -n 4000" });
  await using a = start(one, other);
  await using b = start(other, one);
  await b.address();
  using _client = await connectTo(await a.address());
  const noticed = "endpoint leads back to this gateway";
  await waitFor(
    "the circle noticed",
    () => [...a.lines, ...b.lines].some((line) => line.includes(noticed)),
    { timeoutMs: 30_000 },
  );
  for (const port of [one, other]) await untilServed(`127.0.0.1:${port}`);
  const lines = [...a.lines, ...b.lines];
  assertEquals(lines.filter((line) => line.includes("failed to accept")), []);
});

Deno.test("Gateway takes no endpoint for a circle because its clients come and go in silence", async () => {
  // It never answers, as a member that hangs: connections pile up.
  await using peer = new TcpPeer(async (connection) => {
    const buffer = new Uint8Array(1_024);
    while (await connection.read(buffer) !== null);
  });
  await using started = await startGateway({ endpoints: peer.address });
  const { gateway, told } = started;
  const waiting = await Promise.all(
    Array.from({ length: 40 }, () => connectTo(gateway.address)),
  );
  // Connections of its own, which are no client's.
  const checks = () =>
    peer.accepted - (gateway.snapshot().endpoints[0]?.connections ?? 0);
  const visits = new Set<Promise<void>>();
  const visit = async (says: string) => {
    using client = await connectTo(gateway.address);
    if (says !== "") await client.write(new TextEncoder().encode(says));
    const stayMs = Math.random() * 300;
    await new Promise((resolve) => setTimeout(resolve, stayMs));
  };
  for (let n = 0; checks() < 80; n++) {
    assert(n < 6_000, "it was not suspicious");
    const one = visit(n % 2 === 0 ? "" : "hello").finally(() =>
      visits.delete(one)
    );
    visits.add(one);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(visits);
  for (const client of waiting) client.close();
  assertEquals([told("excluded"), told("refused")], [[], []]);
  assertEquals(gateway.snapshot().endpoints[0]?.state, "active");
});
