// Endpoints by SRV records, from a name server on this machine.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { srvEndpoints } from "../../../../api/endpoints/_srv.ts";
import { BALANCER_NAMES } from "../../../../balancers/mod.ts";
import {
  Client,
  type ClientEvent,
  type ClientOptions,
  UnavailableError,
} from "../../../../mod.ts";
import { DnsServer } from "../../../harness/fake/dns_server.ts";
import { waitFor } from "../../../harness/mod.ts";
import { startMember } from "../call/_member_server.ts";

const PLAIN = "_etcd-client._tcp.example.com";
const SECURE = "_etcd-client-ssl._tcp.example.com";

function clientOf(
  dns: DnsServer,
  options: Partial<ClientOptions> = {},
): Client {
  return new Client({
    endpoints: "srv://example.com",
    dialTimeoutMs: 1_000,
    requestTimeoutMs: 5_000,
    dns: {
      nameServer: { hostname: "127.0.0.1", port: dns.port },
      refreshIntervalMs: 50,
    },
    ...options,
  });
}

function urls(client: Client): readonly string[] {
  return client.balancer.endpoints.map(({ endpoint }) => endpoint);
}

Deno.test("srvEndpoints() orders by priority, then by weight", async () => {
  await using dns = await DnsServer.start();
  dns.set(SECURE, [
    { target: "c", port: 1, priority: 2, weight: 9 },
    { target: "b", port: 1, priority: 1, weight: 1 },
  ]);
  dns.set(PLAIN, [{ target: "a", port: 2, priority: 1, weight: 5 }]);
  const { endpoints } = await srvEndpoints("example.com", {
    nameServer: { ipAddr: "127.0.0.1", port: dns.port },
    records: "both",
    signal: new AbortController().signal,
  });
  // That without TLS is left out: there are some with.
  assertEquals(endpoints.map(({ url }) => url), ["https://b:1", "https://c:1"]);
});

for (const balancer of BALANCER_NAMES) {
  Deno.test(`${balancer} | Client finds its endpoints by SRV records when it is first used`, async () => {
    await using dns = await DnsServer.start();
    await using member = await startMember();
    dns.set(PLAIN, [{ target: "localhost", port: member.port }]);
    await using client = clientOf(dns, { balancer });
    assertEquals(client.balancer.dials, 0);
    await client.range("x");
    assertEquals(urls(client), [`http://localhost:${member.port}`]);
  });

  Deno.test(`${balancer} | Client follows SRV records that change`, async () => {
    await using dns = await DnsServer.start();
    await using first = await startMember();
    await using second = await startMember();
    dns.set(PLAIN, [{ target: "localhost", port: first.port }]);
    await using client = clientOf(dns, { balancer });
    await client.range("x");
    dns.set(PLAIN, [{ target: "localhost", port: second.port }]);
    await waitFor("the new endpoint", async () => {
      await client.range("x");
      return second.ranges > 0;
    });
    assertEquals(urls(client), [`http://localhost:${second.port}`]);
  });
}

Deno.test("Client says which records are missing, and goes on when they come", async () => {
  await using dns = await DnsServer.start();
  await using member = await startMember();
  const told: ClientEvent[] = [];
  await using client = clientOf(dns, { onEvent: (event) => told.push(event) });
  client.connect().catch(() => {});
  await waitFor("a look-up that fails", () => told.length > 0);
  const error = await assertRejects(
    () => client.range("x", { timeoutMs: 100 }),
    UnavailableError,
  );
  for (const text of [PLAIN, SECURE, "srv://example.com", "no such record"]) {
    assertStringIncludes(error.message, text);
  }
  const failed = told.find(({ type }) => type === "sync_failed");
  assert(failed?.type === "sync_failed");
  assert(failed.error instanceof UnavailableError);
  assertEquals(client.balancer.endpoints[0]?.state, "failing");
  dns.set(PLAIN, [{ target: "localhost", port: member.port }]);
  await client.range("x");
});

Deno.test("Client says that a name server does not answer, and asks again", async () => {
  await using dns = await DnsServer.start();
  dns.silence();
  let failures = 0;
  await using client = clientOf(dns, {
    dialTimeoutMs: 100,
    onEvent: ({ type }) => {
      if (type === "sync_failed") failures++;
    },
  });
  client.connect().catch(() => {});
  await waitFor("a look-up that fails", () => failures > 0);
  const error = await assertRejects(
    () => client.range("x", { timeoutMs: 100 }),
    UnavailableError,
  );
  assertStringIncludes(error.message, `no answer about ${SECURE} and ${PLAIN}`);
  assertStringIncludes(error.message, "within 100 ms");
});

Deno.test("Client keeps what it has found while a look-up fails", async () => {
  await using dns = await DnsServer.start();
  await using member = await startMember();
  dns.set(PLAIN, [{ target: "localhost", port: member.port }]);
  let failures = 0;
  await using client = clientOf(dns, {
    onEvent: ({ type }) => {
      if (type === "sync_failed") failures++;
    },
  });
  await client.range("x");
  dns.set(PLAIN, []);
  await waitFor("a look-up that fails", () => failures > 0);
  await client.range("x");
  assertEquals(urls(client), [`http://localhost:${member.port}`]);
});

Deno.test("Client uses what is named beside a domain at once", async () => {
  await using dns = await DnsServer.start();
  await using member = await startMember();
  dns.silence();
  await using client = clientOf(dns, {
    endpoints: ["srv://example.com", member.server.endpoint],
  });
  await client.range("x");
  assertEquals(urls(client), [member.server.endpoint, "srv://example.com"]);
});

Deno.test("Client.setEndpoints() takes a domain, and drops one", async () => {
  await using dns = await DnsServer.start();
  await using member = await startMember();
  await using other = await startMember();
  dns.set(PLAIN, [{ target: "localhost", port: member.port }]);
  await using client = clientOf(dns, { endpoints: other.server.endpoint });
  await client.range("x");
  client.setEndpoints("srv://example.com");
  await client.range("x");
  assertEquals(member.ranges, 1);
  client.setEndpoints(other.server.endpoint);
  await client.range("x");
  assertEquals(urls(client), [other.server.endpoint]);
});

Deno.test("Client.close() ends a look-up", async () => {
  await using dns = await DnsServer.start();
  dns.silence();
  const client = clientOf(dns);
  const pending = assertRejects(() => client.range("x"));
  await client.close();
  await pending;
});

Deno.test("Client.setEndpoints() has a domain looked up at once, amid the look-up of another", async () => {
  await using dns = await DnsServer.start();
  await using member = await startMember();
  dns.set(PLAIN, [{ target: "localhost", port: 1 }]);
  dns.set("_etcd-client._tcp.example.org", [
    { target: "localhost", port: member.port },
  ]);
  await using client = clientOf(dns, {
    dns: {
      nameServer: { hostname: "127.0.0.1", port: dns.port },
      refreshIntervalMs: 60_000,
    },
  });
  const call = client.range("x");
  client.setEndpoints("srv://example.org");
  await call;
  assertEquals(urls(client), [`http://localhost:${member.port}`]);
});
