// The permissions that a program needs which uses the client.
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ClientOptions } from "../../../../mod.ts";
import { CertificateAuthority } from "../../../../testing/certificates/mod.ts";
import { DnsServer } from "../../../harness/fake/dns_server.ts";
import { FakeServer } from "../../../harness/mod.ts";
import { ROOT, run } from "../../support/_program.ts";
import { TlsFront } from "../../support/_tls_front.ts";
import { methods } from "../../../../proto/methods.ts";

const RANGE = methods.kv.range.path;

/** What grpc-js reads of the environment: platform.md and docs/permissions.md say so. */
const ENVIRONMENT = [
  "GRPC_NODE_VERBOSITY",
  "GRPC_VERBOSITY",
  "GRPC_NODE_TRACE",
  "GRPC_TRACE",
  "GRPC_SSL_CIPHER_SUITES",
  "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
  "GRPC_NODE_USE_ALTERNATIVE_RESOLVER",
  "GRPC_NODE_DEBUG_SEND_ERROR_DETAILS",
  "GRPC_EXPERIMENTAL_ENABLE_OUTLIER_DETECTION",
  "grpc_proxy",
  "https_proxy",
  "http_proxy",
];

/** TLS for a client and a server that know each other, as text. */
async function certificates() {
  const authority = await CertificateAuthority.create("etcdeno tests");
  const { cert: ca } = authority;
  const own = await authority.issue({ commonName: "alice" });
  const server = await authority.issue({
    names: ["localhost"],
    addresses: ["127.0.0.1"],
  });
  return { server, tls: { ca, ...own } };
}

Deno.test("Client needs --allow-net and nothing else: for http, https with certificates as text, SRV records and a name server", async () => {
  await using dns = await DnsServer.start();
  await using server = await FakeServer.start();
  server.handle(RANGE, () => new Uint8Array());
  const { server: certificate, tls } = await certificates();
  await using front = new TlsFront(certificate, server);
  const target = "localhost";
  dns.set("_etcd-client-ssl._tcp.example.com", [{ target, port: front.port }]);
  const ways: readonly Partial<ClientOptions>[] = [
    { endpoints: server.endpoint },
    { endpoints: `https://127.0.0.1:${front.port}`, tls },
    {
      endpoints: "srv://example.com",
      tls,
      dns: { nameServer: { hostname: "127.0.0.1", port: dns.port } },
    },
  ];
  const { code, output, errors } = await run(
    `
    for (const options of ${JSON.stringify(ways)}) {
      await using client = new Client(options);
      console.log("got", await client.get("k"));
    }
    // Whoever may ask the system's name server is told what it says.
    await using client = new Client({ endpoints: "srv://none.invalid" });
    const error = await client.get("k", { timeoutMs: 100 }).catch((why) => why);
    console.log(error.code);
  `,
    { permissions: ["--allow-net"] },
  );
  assertEquals(
    [code, output, errors],
    [0, `${"got undefined\n".repeat(3)}unavailable\n`, ""],
  );
});

Deno.test("Client over grpc-js works with --allow-net and 12 environment names, and with no more", async () => {
  await using server = await FakeServer.start();
  server.handle(RANGE, () => new Uint8Array());
  const program = `
    await using client = new Client({
      endpoints: "${server.endpoint}",
      transport: "grpc-js",
    });
    console.log("got", await client.get("k"));
  `;
  assertEquals(ENVIRONMENT.length, 12);
  const host = new URL(server.endpoint).host;
  const exact = [`--allow-net=${host}`, `--allow-env=${ENVIRONMENT}`];
  const { code, output, errors } = await run(program, { permissions: exact });
  assertEquals([code, output, errors], [0, "got undefined\n", ""]);
  const ignored = await run(program, {
    permissions: [`--allow-net=${host}`, "--ignore-env"],
  });
  assertEquals([ignored.code, ignored.output], [0, "got undefined\n"]);
});

Deno.test("Client without the permission to connect fails at once, and names the flag", async () => {
  await using server = await FakeServer.start();
  server.handle(RANGE, () => new Uint8Array());
  const { host, port } = new URL(server.endpoint);
  const failures = async (
    endpoints: readonly string[],
    ...permissions: readonly string[]
  ) => {
    const { code, output, errors } = await run(
      `
      const nameServer = { hostname: "127.0.0.1", port: 1 };
      for (const balancer of ["grpc1.0", "grpc1.7", "grpc1.23"]) {
        await using client = new Client({
          endpoints: ${JSON.stringify(endpoints)},
          balancer,
          dns: balancer === "grpc1.0" ? {} : { nameServer },
          requestTimeoutMs: false,
        });
        const watch = client.watch("k");
        for (const wait of [client.get("k"), client.connect(), watch.ready]) {
          const error = await wait.then(() => undefined, (error) => error);
          console.log(error?.code, error?.retryable, error?.message);
        }
      }
    `,
      { permissions: ["--ignore-env", ...permissions] },
    );
    assertEquals([code, errors], [0, ""]);
    return output.trim().split("\n");
  };
  const expected: readonly (readonly [string, string, ...string[]])[] = [
    [`http://${host}`, `--allow-net=${host}`],
    [`http://localhost:${port}`, "--allow-net=localhost"],
    [
      `http://localhost:${port}`,
      `--allow-net=${host}`,
      "--allow-net=localhost",
    ],
    ["unix:///tmp/none.sock", "--allow-read=/tmp/none.sock"],
    ["srv://example.com", "--allow-net"],
  ];
  const outcomes = await Promise.all(
    expected.map(([endpoint, , ...given]) => failures([endpoint], ...given)),
  );
  for (const [at, lines] of outcomes.entries()) {
    assertEquals(lines.length, 9);
    for (const line of lines) {
      assertStringIncludes(line, "deno_permission false Cannot ");
      assertStringIncludes(line, `run with ${expected[at]?.[1]}`);
    }
  }
  // As long as one may be reached, the others do not matter.
  const { output } = await run(
    `
    await using client = new Client({
      endpoints: ["http://127.0.0.2:1", "${server.endpoint}"],
    });
    for (let call = 0; call < 4; call++) console.log(await client.get("k"));
  `,
    { permissions: ["--ignore-env", `--allow-net=${host}`] },
  );
  assertEquals(output, "undefined\n".repeat(4));
});

Deno.test("Client needs each of the permissions that docs/permissions.md lists", async () => {
  const page = await Deno.readTextFile(new URL("docs/permissions.md", ROOT));
  for (const name of ENVIRONMENT) assertStringIncludes(page, name);
  const without = await run(
    `
    await using client = new Client({
      endpoints: "127.0.0.1:1",
      transport: "grpc-js",
    });
    const { code, message } = await client.get("k").catch((error) => error);
    console.log(code, message);
  `,
    { permissions: ["--allow-net"] },
  );
  assertStringIncludes(without.output, "deno_permission Cannot get");
  assertStringIncludes(without.output, "run with --ignore-env");
  assertStringIncludes(without.output, "env access");
});
