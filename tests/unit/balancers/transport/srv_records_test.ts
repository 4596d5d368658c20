// Which SRV records a client uses: never those without TLS by surprise.
import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { srvEndpoints } from "../../../../api/endpoints/_srv.ts";
import {
  Client,
  type ClientEvent,
  type ClientOptions,
  InvalidOptionError,
  UnavailableError,
} from "../../../../mod.ts";
import { CertificateAuthority } from "../../../../testing/certificates/mod.ts";
import { DnsServer } from "../../../harness/fake/dns_server.ts";
import { FakeServer, waitFor } from "../../../harness/mod.ts";
import { startMember } from "../../api/call/_member_server.ts";
import { clientOf, PLAIN, recordOf, urls } from "./_srv_client.ts";

const SECURE = "_etcd-client-ssl._tcp.example.com";
/** Nobody listens there. */
const GONE = { target: "localhost", port: 1 };

const { cert: ca } = await CertificateAuthority.create("etcdeno tests");
const auth = { username: "alice", password: "hunter2" };

Deno.test("Client with tls sends no password to a record without TLS", async () => {
  await using dns = await DnsServer.start();
  await using server = await FakeServer.start();
  dns.set(SECURE, [GONE]);
  dns.set(PLAIN, [recordOf(server)]);
  await using client = clientOf(dns, { auth, tls: { ca } });
  await assertRejects(
    () => client.get("k", { timeoutMs: 500 }),
    UnavailableError,
  );
  assertEquals(urls(client), ["https://localhost:1"]);
  assertEquals(server.calls(), 0);
  // Nor when it is all there is, and a refresh tells so.
  dns.set(SECURE, []);
  await assertRejects(
    () => client.get("k", { timeoutMs: 500 }),
    UnavailableError,
  );
  assertEquals(server.calls(), 0);
});

Deno.test("Client with tls asks for no records without TLS, and says which it asked for", async () => {
  await using dns = await DnsServer.start();
  await using server = await FakeServer.start();
  dns.set(PLAIN, [recordOf(server)]);
  await using client = clientOf(dns, { tls: { ca } });
  const error = await assertRejects(
    () => client.get("k", { timeoutMs: 500 }),
    UnavailableError,
    `${SECURE}: there is no such record`,
  );
  assertFalse(error.message.includes(PLAIN), error.message);
});

Deno.test("dns.records says which records count", async () => {
  await using dns = await DnsServer.start();
  await using member = await startMember();
  dns.set(SECURE, [GONE]);
  dns.set(PLAIN, [recordOf(member.server)]);
  const asking = async (options: Partial<ClientOptions>) => {
    await using client = clientOf(dns, options);
    await client.get("k", { timeoutMs: 300 }).catch(() => {});
    return urls(client);
  };
  const plain = [member.server.endpoint.replace("127.0.0.1", "localhost")];
  const secure = ["https://localhost:1"];
  assertEquals(await asking({ dns: { records: "ssl" } }), secure);
  assertEquals(await asking({ dns: { records: "plain" } }), plain);
  assertEquals(
    await asking({ dns: { records: "plain" }, tls: { ca } }),
    plain,
  );
  // Of a mixed answer those with TLS, as Go's client has it.
  assertEquals(await asking({ dns: { records: "both" } }), secure);
  assertEquals(await asking({}), secure);
  dns.set(SECURE, []);
  assertEquals(await asking({}), plain);
});

Deno.test("Client never goes from records with TLS to those without", async () => {
  await using dns = await DnsServer.start();
  await using member = await startMember();
  dns.set(SECURE, [GONE]);
  dns.set(PLAIN, [recordOf(member.server)]);
  const told: ClientEvent[] = [];
  await using client = clientOf(dns, {
    auth,
    onEvent: (event) => told.push(event),
  });
  client.get("k").catch(() => {});
  await waitFor(
    "a look-up",
    () => urls(client).includes("https://localhost:1"),
  );
  dns.set(SECURE, []);
  await waitFor(
    "look-ups that fail",
    () => told.filter(({ type }) => type === "sync_failed").length > 1,
  );
  assertEquals(urls(client), ["https://localhost:1"]);
  assertEquals(member.server.calls(), 0);
});

Deno.test("Client keeps a password from the records without TLS of one domain when another has TLS", async () => {
  await using dns = await DnsServer.start();
  await using server = await FakeServer.start();
  dns.set(SECURE, [GONE]);
  dns.set("_etcd-client._tcp.example.org", [recordOf(server)]);
  await using client = clientOf(dns, {
    endpoints: ["srv://example.com", "srv://example.org"],
    auth,
  });
  client.get("k").catch(() => {});
  await waitFor(
    "a look-up",
    () => urls(client).includes("https://localhost:1"),
  );
  await client.connect({ timeoutMs: 300 }).catch(() => {});
  assertEquals(urls(client), ["https://localhost:1"]);
});

Deno.test("dns.records is refused where it would send a password in plain text", () => {
  const endpoints = "srv://example.com";
  for (const records of ["plain", "both"] as const) {
    const dns = { records };
    for (
      const options of [
        { endpoints, tls: { ca } },
        { endpoints: [endpoints, "https://a:2379"] },
      ]
    ) {
      assertThrows(
        () => new Client({ ...options, auth, dns }),
        InvalidOptionError,
        "'dns.records' must be 'ssl'",
      );
    }
  }
  assertThrows(
    () => new Client({ endpoints, dns: { records: "tls" as "ssl" } }),
    InvalidOptionError,
    "'dns.records' must be one of ssl, plain, both",
  );
});

Deno.test("srvEndpoints() uses no records without TLS while it is not known whether there are some with", async () => {
  await using dns = await DnsServer.start();
  dns.set(PLAIN, [GONE]);
  const { resolveDns } = Deno;
  // A name server that drops the question: 15 s of real time.
  Deno.resolveDns =
    ((name: string, ...rest: [never, never]) =>
      name === SECURE
        ? Promise.reject(new Deno.errors.TimedOut("request timed out"))
        : resolveDns(name, ...rest)) as typeof Deno.resolveDns;
  try {
    const error = await assertRejects(
      () =>
        srvEndpoints("example.com", {
          nameServer: { ipAddr: "127.0.0.1", port: dns.port },
          records: "both",
          signal: new AbortController().signal,
        }),
      UnavailableError,
      "the records with TLS could not be looked up (request timed out)",
    );
    assert(error.cause instanceof Deno.errors.TimedOut);
  } finally {
    Deno.resolveDns = resolveDns;
  }
});
