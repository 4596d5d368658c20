// The snippets of the README and of docs/ that need a server, word for word, by
// real servers. `deno task test:doc` runs the others.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { prefix } from "../../mod.ts";
import { DnsServer } from "../harness/fake/dns_server.ts";
import { startEtcd } from "../harness/mod.ts";
import { blockName, pagePaths, readPage } from "../unit/docs/_pages.ts";
import { clientAs, codeOf, ROOT, setUp } from "./auth/_subject.ts";
import { linesOf, PARTS, take, taken } from "./_snippet_parts.ts";
// It takes the snippets of its page, for a test of its own.
import "./testing/_page.ts";
import { startTlsCluster } from "./tls/_subject.ts";

Deno.test("the snippets of the README and of docs/ run", async () => {
  await using cluster = await startEtcd({ members: 1 });
  const lines = await linesOf(`
    const endpoints = ${JSON.stringify(cluster.endpoints)};
    await using client = new Client({ endpoints });
    ${PARTS.map(([part]) => part).join("\n")}`);
  assertEquals(
    lines.map((line) => line.replace(/\d+n$/, "N")),
    PARTS.flatMap(([, prints]) => prints),
  );
});

const AUTHENTICATION = await take("docs/authentication.md", "Authentication");
const EARLY = await take(
  "docs/authentication.md",
  "Checking the credentials early",
);

Deno.test("the snippet on authentication runs", async () => {
  await using cluster = await startEtcd({ members: 1 });
  await setUp(cluster);
  await using root = clientAs(cluster, { auth: ROOT });
  await root.auth.users.add("app", { password: "from a file" });
  await root.auth.users.grantRole("app", "root");
  const secret = `${cluster.dataRoot}/secret`;
  await Deno.writeTextFile(secret, "from a file");
  await linesOf(`
    const endpoints = ${JSON.stringify(cluster.endpoints)};
    const secret = ${JSON.stringify(secret)};
    const password = "alice's";
    ${AUTHENTICATION.replaceAll('"alice"', '"reading alice"')}`);
  const early = await linesOf(`
    const endpoints = ${JSON.stringify(cluster.endpoints)};
    const auth = { username: "reading alice", password: "alice's" };
    await using client = new Client({ endpoints, auth });
    ${EARLY}
    console.log("accepted");`);
  assertEquals(early, ["accepted"]);
  await using alice = clientAs(cluster, {
    auth: { username: "reading alice", password: "alice's" },
  });
  assertEquals((await alice.range(prefix("jobs/"))).kvs, []);
  assertEquals(await codeOf(alice.put("jobs/x", "")), "permission_denied");
});

const TLS = await take("docs/endpoints.md", "TLS");

Deno.test("the snippet on discovery and client certificates runs", async () => {
  await using tls = await startTlsCluster({
    members: 1,
    clientCertificates: true,
  });
  await using dns = await DnsServer.start();
  const [port = 0] = tls.ports;
  dns.set("_etcd-client-ssl._tcp.example.com", [{ target: "localhost", port }]);
  const directory = tls.cluster.dataRoot;
  const { cert, key } = await tls.authority.issue({ commonName: "me" });
  const files = { ca: tls.authority.cert, client: cert, "client-key": key };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${directory}/${name}.pem`, text);
  }
  const nameServer = { hostname: "127.0.0.1", port: dns.port };
  assertStringIncludes(TLS, '"srv://example.com",');
  assert(TLS.includes("/etc/etcd"));
  const lines = await linesOf(`
    ${
    TLS.replaceAll("/etc/etcd", directory).replace(
      '"srv://example.com",',
      `"srv://example.com", dns: { nameServer: ${
        JSON.stringify(nameServer)
      } },`,
    )
  }
    await client.put("found", "by its name");
    console.log((await client.get("found"))?.value.text());
    console.log(client.balancer.endpoints[0]?.endpoint);`);
  assertEquals(lines, ["by its name", `https://localhost:${port}`]);
});

const DOCTOR = await take("docs/doctor.md", "As a function");

Deno.test("the snippet of the doctor runs", async () => {
  await using cluster = await startEtcd({ members: 1 });
  const lines = await linesOf(`
    const endpoints = ${JSON.stringify(["http://127.0.0.1:1"])}
      .concat(${JSON.stringify(cluster.endpoints)});
    const tls = undefined;
    const auth = undefined;
    ${DOCTOR}
    console.log(healthy);`);
  assertEquals(lines.at(-1), "false");
  assertStringIncludes(lines.join("\n"), "http://127.0.0.1:1");
});

const RECIPES = new URL("./recipes/", import.meta.url);

Deno.test("no snippet of the README and of docs/ is left out", async () => {
  for await (const { name } of Deno.readDir(RECIPES)) {
    // Each takes the snippets of its page, for a test of its own.
    if (/^_.*_page\.ts$/.test(name)) await import(`${RECIPES}${name}`);
  }
  const left: string[] = [];
  for (const path of await pagePaths()) {
    const { blocks } = await readPage(path);
    const counts = new Map<string, number>();
    for (const { heading, info } of blocks) {
      if (!/^ts\b/.test(info)) continue;
      const at = counts.get(heading) ?? 0;
      counts.set(heading, at + 1);
      const name = blockName(path, heading, at);
      if (info.includes("ignore") && !taken.has(name)) left.push(name);
    }
  }
  assertEquals(left, []);
});
