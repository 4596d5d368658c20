import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  Client,
  type ClientOptions,
  UnavailableError,
} from "../../../../mod.ts";
import {
  CertificateAuthority,
  type CertificateOptions,
} from "../../../../testing/certificates/mod.ts";
import { methods } from "../../../../proto/methods.ts";
import {
  FakeServer,
  startEtcd,
  type TestCluster,
  waitFor,
} from "../../../harness/mod.ts";
import { HANG } from "../../api/client/_pair.ts";
import { TlsFront } from "../../support/_tls_front.ts";

const authority = await CertificateAuthority.create("etcdeno tests");
const stranger = await CertificateAuthority.create("somebody else");

/** Time enough for a dial to fail, which the call then tells of. */
const FAILS_WITHIN_MS = 2_000;

let cluster: TestCluster;

Deno.test.beforeAll(async () => {
  cluster = await startEtcd({ members: 1 });
});

Deno.test.afterAll(async () => {
  await cluster.close();
});

/** TLS in front of a real etcd, or of another server. */
async function tlsServer(
  options: CertificateOptions,
  endpoint = cluster.members[0]?.directEndpoint ?? "",
): Promise<TlsFront> {
  return new TlsFront(await authority.issue(options), { endpoint });
}

async function count(
  options: ClientOptions,
  timeoutMs = 20_000,
): Promise<bigint> {
  await using client = new Client(options);
  return (await client.range("key", { timeoutMs })).count;
}

Deno.test("Client reaches an https endpoint by IP address", async () => {
  await using server = await tlsServer({ addresses: ["127.0.0.1"] });
  const endpoints = `https://127.0.0.1:${server.port}`;
  assertEquals(await count({ endpoints, tls: { ca: authority.cert } }), 0n);
});

Deno.test("Client reaches an endpoint without a scheme by TLS if tls is given", async () => {
  await using server = await tlsServer({ names: ["localhost"] });
  const endpoints = `localhost:${server.port}`;
  assertEquals(await count({ endpoints, tls: { ca: authority.cert } }), 0n);
});

Deno.test("Client refuses a certificate that is not for the address", async () => {
  await using server = await tlsServer({ addresses: ["10.9.9.9"] });
  const endpoints = `https://127.0.0.1:${server.port}`;
  const error = await assertRejects(
    () => count({ endpoints, tls: { ca: authority.cert } }, FAILS_WITHIN_MS),
    UnavailableError,
  );
  assertStringIncludes(error.message, "127.0.0.1 is not in the cert's list");
});

Deno.test("Client takes the server's name from tls.serverName", async () => {
  await using server = await tlsServer({ names: ["etcd.test"] });
  const endpoints = `https://127.0.0.1:${server.port}`;
  const ca = authority.cert;
  assertEquals(
    await count({ endpoints, tls: { ca, serverName: "etcd.test" } }),
    0n,
  );
  const asked: string[] = [];
  const serverName = (endpoint: string) => {
    asked.push(endpoint);
    return "etcd.test";
  };
  assertEquals(await count({ endpoints, tls: { ca, serverName } }), 0n);
  assertEquals(asked, [endpoints]);
});

Deno.test("Client refuses a certificate of an unknown authority", async () => {
  await using server = await tlsServer({ addresses: ["127.0.0.1"] });
  const endpoints = `https://127.0.0.1:${server.port}`;
  const error = await assertRejects(
    () => count({ endpoints, tls: { ca: stranger.cert } }, FAILS_WITHIN_MS),
    UnavailableError,
  );
  assertStringIncludes(error.message, endpoints);
  assertStringIncludes(error.message, "unable to verify");
});

Deno.test("Client without TLS names a TLS port as no etcd server", async () => {
  await using server = await tlsServer({ addresses: ["127.0.0.1"] });
  const endpoints = `http://127.0.0.1:${server.port}`;
  const error = await assertRejects(
    () => count({ endpoints }, FAILS_WITHIN_MS),
    UnavailableError,
  );
  assertStringIncludes(error.message, "is it an etcd server?");
});

// The session of a connection is found, which alone tells what a GOAWAY says.
Deno.test("Client sends a request above a GOAWAY's last stream once more over TLS", async () => {
  await using fake = await FakeServer.start();
  const [get, put] = [methods.kv.range.path, methods.kv.put.path];
  fake.handle(get, () => HANG).handle(
    put,
    ({ count }) => count === 1 ? HANG : new Uint8Array(),
  );
  await using server = await tlsServer(
    { addresses: ["127.0.0.1"] },
    fake.endpoint,
  );
  await using client = new Client({
    endpoints: `https://127.0.0.1:${server.port}`,
    tls: { ca: authority.cert },
  });
  await client.connect();
  const stop = new AbortController();
  const hanging = client.get("k", { signal: stop.signal }).catch(() => {});
  await waitFor("stream 1", () => fake.calls(get) === 1);
  const written = client.put("k", "v");
  await waitFor("stream 3", () => fake.calls(put) === 1);
  fake.goAway(0, { lastStreamId: 1 });
  await written;
  assertEquals(fake.calls(put), 2);
  stop.abort();
  await hanging;
});
