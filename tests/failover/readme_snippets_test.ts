// The README's snippets that need a server, word for word, by real servers.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { prefix } from "../../mod.ts";
import { DnsServer } from "../harness/dns_server.ts";
import { Cluster } from "../harness/mod.ts";
import { ROOT as PROJECT, run } from "../unit/_program.ts";
import { snippet } from "../unit/_readme.ts";
import { clientAs, codeOf, ROOT, setUp } from "./_auth_subject.ts";
import { startTlsCluster } from "./_tls_subject.ts";

/** Runs a program, types checked; gives its lines. */
async function linesOf(program: string): Promise<readonly string[]> {
  const names = "all, ClientClosedError, op, prefix";
  const { code, output, errors } = await run(
    `import { ${names} } from "${new URL("mod.ts", PROJECT)}";\n${program}`,
    { permissions: ["--quiet", "--check", "--allow-all"] },
  );
  assertEquals(code, 0, errors);
  return output.trim().split("\n");
}

Deno.test("README's snippets on locks, leases, namespaces, batches and watches run", async () => {
  await using cluster = await Cluster.start({ members: 1 });
  const endpoints = JSON.stringify(cluster.endpoints);
  const parts = [
    `{
      const text = "written";
      const lead = ({ signal }: { readonly signal: AbortSignal }) =>
        console.log("leads", signal.aborted);
      ${snippet("Locks and elections")}
      console.log((await client.get("report"))?.value.text());
    }`,
    `{
      const work = async ({ signal }: { readonly signal: AbortSignal }) =>
        console.log("works", signal.aborted, await client.get("members/me") !== undefined);
      ${snippet("Lease")}
    }
    console.log(await client.get("members/me"));`,
    `{
      ${snippet("Namespaces")}
      console.log("app/x is", (await client.get("app/x"))?.value.text());
    }`,
    `await client.put("jobs/2", "second");
    {
      const ids = [1, 2];
      ${snippet("Many calls at once")}
      console.log(jobs.map((job) => job?.value.text()));
    }`,
    `{
      await using client = new Client({ endpoints });
      // Ends what has no end of its own.
      const console = {
        log(...told: unknown[]) {
          globalThis.console.log(...told);
          if (told[1] === "jobs/3") client.close();
        },
      };
      await client.put("jobs/3", "third");
      try {
        ${snippet("Watch").replace("42n", "1n")}
      } catch (error) {
        console.log(error instanceof ClientClosedError);
      }
    }`,
    `{
      ${snippet("Cluster and maintenance", 1)}
      console.log("recovered");
    }`,
  ];
  const lines = await linesOf(`
    const endpoints = ${endpoints};
    await using client = new Client({ endpoints });
    ${parts.join("\n")}`);
  assertEquals(lines, [
    "leads false",
    "written",
    "works false true",
    "undefined",
    "app/x is 1",
    '[ undefined, "second" ]',
    "put jobs/2",
    "put jobs/3",
    "true",
    "recovered",
  ]);
});

Deno.test("README's snippet on authentication runs", async () => {
  await using cluster = await Cluster.start({ members: 1 });
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
    ${snippet("Authentication").replaceAll('"alice"', '"reading alice"')}`);
  await using alice = clientAs(cluster, {
    auth: { username: "reading alice", password: "alice's" },
  });
  assertEquals((await alice.range(prefix("jobs/"))).kvs, []);
  assertEquals(await codeOf(alice.put("jobs/x", "")), "permission_denied");
});

Deno.test("README's snippet on discovery and client certificates runs", async () => {
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
  const program = snippet("Endpoints and TLS", 1);
  assertStringIncludes(program, '"srv://example.com",');
  assert(program.includes("/etc/etcd"));
  const lines = await linesOf(`
    ${
    program.replaceAll("/etc/etcd", directory).replace(
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
