// Endpoints by SRV records: found, proven, refreshed.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { UnavailableError } from "../../../../errors/mod.ts";
import { Gateway, type GatewayOptions } from "../../../../gateway/mod.ts";
import { CertificateAuthority } from "../../../../testing/certificates/mod.ts";
import { DnsServer } from "../../../harness/fake/dns_server.ts";
import { waitFor } from "../../../harness/mod.ts";
import { GatewayProcess } from "../_process.ts";
import { startGateway } from "../_log.ts";
import { connectTo, echo, readText, TcpPeer } from "../../support/_tcp_peer.ts";
import { TlsPeer } from "../_tls_peer.ts";

const DOMAIN = "example.com";
const SECURE = `_etcd-client-ssl._tcp.${DOMAIN}`;
const PLAIN = `_etcd-client._tcp.${DOMAIN}`;

const authority = await CertificateAuthority.create("etcdeno tests");
const stranger = await CertificateAuthority.create("somebody else");

function discovering(
  { port }: DnsServer,
  options: { readonly insecure?: boolean } = {},
): GatewayOptions {
  const nameServer = { ipAddr: "127.0.0.1", port };
  return {
    listen: "127.0.0.1:0",
    discovery: { domain: DOMAIN, ca: authority.cert, nameServer, ...options },
    dialTimeoutMs: 2_000,
  };
}

Deno.test("Gateway proves discovered endpoints by a TLS handshake for the domain", async () => {
  await using dns = await DnsServer.start();
  await using good = await TlsPeer.start(DOMAIN, authority);
  await using otherName = await TlsPeer.start("localhost", authority);
  await using otherCa = await TlsPeer.start(DOMAIN, stranger);
  await using plain = new TcpPeer(echo("HTTP/1.1 200 OK\r\n\r\n"));
  dns.set(SECURE, [
    good.record,
    otherName.record,
    otherCa.record,
    // Upstream lets this pass: it only dials.
    { target: "localhost", port: plain.port },
  ]);
  dns.set(PLAIN, [{ target: "localhost", port: 1 }]);
  await using started = await startGateway(discovering(dns));
  assertEquals(
    started.gateway.snapshot().endpoints.map(({ endpoint }) => endpoint),
    [good.address],
  );
  const [failed] = started.told("validation_failed");
  assertEquals(
    failed?.rejected.map(({ endpoint }) => endpoint).sort(),
    [
      "localhost:1",
      otherName.address,
      otherCa.address,
      `localhost:${plain.port}`,
    ].sort(),
  );
  assertEquals(started.told("validated").map(({ endpoints }) => endpoints), [
    [good.address],
  ]);
  await waitFor("the handshake", () => good.handshakes === 1);
});

Deno.test("Gateway skips SRV records that name no endpoint, tells once, and uses the rest", async () => {
  await using dns = await DnsServer.start();
  await using peer = new TcpPeer(echo("a"));
  const good = { target: "localhost", port: peer.port };
  dns.set(PLAIN, [
    { target: "localhost", port: 0 },
    { target: "no/host", port: 2379 },
    good,
  ]);
  await using started = await startGateway({
    ...discovering(dns, { insecure: true }),
    refreshMs: 10,
  });
  await waitFor("three looks", () => started.told("discovered").length >= 3);
  assertEquals(
    started.gateway.snapshot().endpoints.map(({ endpoint }) => endpoint),
    [`localhost:${peer.port}`],
  );
  assertEquals(
    started.told("record_skipped").map(({ record, reason }) =>
      `${record}: ${reason}`
    ).sort(),
    ["localhost:0: its port is 0", "no\\/host:2379: its target is no host"],
  );
  assertEquals(started.told("refresh_failed"), []);
});

Deno.test("Gateway.start() fails when no discovered endpoint is proven", async () => {
  await using dns = await DnsServer.start();
  await using plain = new TcpPeer(echo("x"));
  dns.set(SECURE, [{ target: "localhost", port: plain.port }]);
  // Upstream goes on with 127.0.0.1:2379 and says nothing.
  await assertRejects(
    () => Gateway.start(discovering(dns)),
    UnavailableError,
    "Cannot use the endpoints of 'example.com'",
  );
  dns.set(SECURE, []);
  dns.set(PLAIN, [{ target: "localhost", port: plain.port }]);
  await assertRejects(
    () => Gateway.start(discovering(dns)),
    UnavailableError,
    "it is not an endpoint with TLS",
  );
});

Deno.test("Gateway.start() falls back to endpoints that were given, and says so", async () => {
  await using dns = await DnsServer.start();
  await using peer = new TcpPeer(echo("a"));
  await using started = await startGateway({
    ...discovering(dns),
    endpoints: peer.address,
  });
  assertEquals(started.told("fallback").length, 1);
  using client = await connectTo(started.gateway.address);
  assertEquals(await readText(client, 1), "a");
});

Deno.test("Gateway.start() gives up a name server that is silent", async () => {
  await using dns = await DnsServer.start();
  dns.silence();
  await assertRejects(
    () => Gateway.start({ ...discovering(dns), dialTimeoutMs: 200 }),
    Deno.errors.TimedOut,
    "look up the SRV records",
  );
});

Deno.test("Gateway follows changes of SRV records, and outlives the name server", async () => {
  await using dns = await DnsServer.start();
  await using a = new TcpPeer(echo("a"));
  await using b = new TcpPeer(echo("b"));
  const record = ({ port }: TcpPeer, priority: number) => ({
    target: "localhost",
    port,
    priority,
    weight: 10 * priority,
  });
  dns.set(PLAIN, [record(a, 1)]);
  await using started = await startGateway({
    ...discovering(dns, { insecure: true }),
    refreshMs: 20,
  });
  const { gateway, told } = started;
  const answer = async () => {
    using client = await connectTo(gateway.address);
    return await readText(client, 1);
  };
  assertEquals(await answer(), "a");
  // Upstream looks once.
  dns.set(PLAIN, [record(a, 2), record(b, 1)]);
  await waitFor("the new record", () => told("endpoints").length === 1);
  assertEquals(await answer(), "b");
  assertEquals(
    gateway.snapshot().endpoints.map(({ priority, weight }) => ({
      priority,
      weight,
    })),
    [{ priority: 2, weight: 20 }, { priority: 1, weight: 10 }],
  );
  dns.set(PLAIN, []);
  await waitFor("a failure", () => told("refresh_failed").length > 0);
  assertEquals(gateway.snapshot().endpoints.length, 2);
  assertEquals(await answer(), "b");
});

Deno.test("Gateway proves each discovered endpoint once", async () => {
  await using dns = await DnsServer.start();
  await using a = await TlsPeer.start(DOMAIN, authority);
  dns.set(SECURE, [a.record]);
  await using started = await startGateway({
    ...discovering(dns),
    refreshMs: 10,
  });
  await waitFor("three looks", () => started.told("discovered").length >= 3);
  await using b = await TlsPeer.start(DOMAIN, authority);
  dns.set(SECURE, [a.record, b.record]);
  await waitFor("the second", () => started.told("endpoints").length > 0);
  await waitFor("its handshake", () => b.handshakes === 1);
  assertEquals(a.handshakes, 1);
});

Deno.test("the gateway command discovers its endpoints", async () => {
  await using dns = await DnsServer.start();
  await using a = new TcpPeer(echo("a"));
  dns.set(`_etcd-client-blue._tcp.${DOMAIN}`, [
    { target: "localhost", port: a.port },
  ]);
  const args = [
    "--listen-addr=127.0.0.1:0",
    `--discovery-srv=${DOMAIN}`,
    `--dns-server=127.0.0.1:${dns.port}`,
  ];
  await using command = new GatewayProcess([
    ...args,
    "--discovery-srv-name=blue",
    "--insecure-discovery",
  ]);
  using client = await connectTo(await command.address());
  assertEquals(await readText(client, 1), "a");
  assert(await command.line("discovered cluster from SRV"));
  await using secure = new GatewayProcess([
    ...args,
    "--discovery-srv-name=blue",
  ]);
  assertEquals((await secure.status).code, 1);
  await secure.line("failed to validate discovered endpoints");
});
