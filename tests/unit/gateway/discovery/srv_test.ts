// What SRV records say, and what a name server that fails does not.
import { assertEquals, assertMatch } from "@std/assert";
import { distinct, makeTarget } from "../../../../gateway/names/_target.ts";
import { DnsServer } from "../../../harness/fake/dns_server.ts";
import { waitFor } from "../../../harness/mod.ts";
import { type LoggedGateway, startGateway } from "../_log.ts";
import { connectTo, echo, readText, TcpPeer } from "../../support/_tcp_peer.ts";

const DOMAIN = "example.com";
const SECURE = `_etcd-client-ssl._tcp.${DOMAIN}`;
const PLAIN = `_etcd-client._tcp.${DOMAIN}`;
const SERVFAIL = 2;
const REFUSED = 5;

function start({ port }: DnsServer): Promise<LoggedGateway> {
  return startGateway({
    discovery: {
      domain: DOMAIN,
      insecure: true,
      nameServer: { ipAddr: "127.0.0.1", port },
    },
    refreshMs: 20,
    dialTimeoutMs: 5_000,
  });
}

function endpointsOf({ gateway }: LoggedGateway): string[] {
  return gateway.snapshot().endpoints.map(({ endpoint }) => endpoint).sort();
}

/** So many looks from now, as the one under way may have begun before. */
async function looks({ told }: LoggedGateway, count = 2): Promise<void> {
  const before = told("discovered").length;
  await waitFor("looks", () => told("discovered").length >= before + count);
}

Deno.test("Gateway takes a target in other letter case for the same endpoint", async () => {
  await using dns = await DnsServer.start();
  await using peer = new TcpPeer(echo("a"));
  const { port } = peer;
  dns.set(PLAIN, [{ target: "localhost", port }]);
  await using started = await start(dns);
  using client = await connectTo(started.gateway.address);
  assertEquals(await readText(client, 1), "a");
  dns.set(PLAIN, [{ target: "LocalHost", port }]);
  await looks(started);
  assertEquals(started.told("endpoints"), []);
  assertEquals(started.gateway.snapshot().endpoints[0]?.connections, 1);
  assertEquals(endpointsOf(started), [`localhost:${port}`]);
});

for (const code of [SERVFAIL, REFUSED]) {
  Deno.test(`Gateway keeps the endpoints of a service that the name server cannot tell of (${code})`, async () => {
    await using dns = await DnsServer.start();
    dns.set(SECURE, [{ target: "localhost", port: 1 }]);
    dns.set(PLAIN, [{ target: "localhost", port: 2 }]);
    await using started = await start(dns);
    dns.fail(PLAIN, code);
    await looks(started);
    assertEquals(endpointsOf(started), ["localhost:1", "localhost:2"]);
    const [failed] = started.told("refresh_failed");
    assertMatch(failed?.error.message ?? "", /_etcd-client\._tcp.* code/);
    // The other may change meanwhile.
    dns.set(SECURE, [{ target: "localhost", port: 3 }]);
    await waitFor("a change", () => started.told("endpoints").length > 0);
    assertEquals(endpointsOf(started), ["localhost:2", "localhost:3"]);
  });
}

for (const [what, code] of [["no such name", 3], ["no records", 0]] as const) {
  Deno.test(`Gateway drops the endpoints of a service of which there are ${what}`, async () => {
    await using dns = await DnsServer.start();
    dns.set(SECURE, [{ target: "localhost", port: 1 }]);
    dns.set(PLAIN, [{ target: "localhost", port: 2 }]);
    await using started = await start(dns);
    dns.fail(PLAIN, code);
    await waitFor("a change", () => started.told("endpoints").length > 0);
    assertEquals(endpointsOf(started), ["localhost:1"]);
    assertEquals(started.told("refresh_failed"), []);
  });
}

Deno.test("Gateway keeps the endpoints of a service when the name server is gone", async () => {
  const dns = await DnsServer.start();
  dns.set(SECURE, [{ target: "localhost", port: 1 }]);
  dns.set(PLAIN, [{ target: "localhost", port: 2 }]);
  await using started = await start(dns);
  await dns[Symbol.asyncDispose]();
  await waitFor("a failure", () => started.told("refresh_failed").length > 0);
  assertEquals(endpointsOf(started), ["localhost:1", "localhost:2"]);
});

Deno.test("distinct() keeps the better priority of a duplicate, and that it has TLS", () => {
  const parts = { host: "A.test", port: 1, secure: false };
  const [only, ...more] = distinct([
    makeTarget({ ...parts, priority: 5, weight: 50, secure: true }),
    makeTarget({ ...parts, priority: 1, weight: 10 }),
    makeTarget({ ...parts, priority: 3, weight: 30 }),
  ]);
  assertEquals(more, []);
  assertEquals(only, {
    address: "a.test:1",
    host: "a.test",
    port: 1,
    secure: true,
    priority: 1,
    weight: 10,
  });
});
