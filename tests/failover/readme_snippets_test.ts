// The snippets of the README and of docs/ that need a server, word for word, by
// real servers. `deno task test:doc` runs the others.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { prefix } from "../../mod.ts";
import { DnsServer } from "../harness/dns_server.ts";
import { Cluster } from "../harness/mod.ts";
import { blockName, pagePaths, readPage, snippet } from "../unit/_pages.ts";
import { ROOT as PROJECT, run } from "../unit/_program.ts";
import { clientAs, codeOf, ROOT, setUp } from "./_auth_subject.ts";
import { startTlsCluster } from "./_tls_subject.ts";

// `Client` is there already.
const NAMES = "all, ClientClosedError, compare, type Keyspace, op, prefix";
/** Those that are run here, or elsewhere, by `blockName`. */
const taken = new Set([blockName("README.md", "Quick start", 0)]);

/** A snippet of a page, to be run. */
async function take(path: string, heading: string, at = 0): Promise<string> {
  taken.add(blockName(path, heading, at));
  return snippet(await readPage(path), { heading, at });
}

/** Runs a program, types checked; gives its lines. */
async function linesOf(program: string): Promise<readonly string[]> {
  const { code, output, errors } = await run(
    `import { ${NAMES} } from "${new URL("mod.ts", PROJECT)}";\n${program}`,
    { permissions: ["--quiet", "--check", "--allow-all"] },
  );
  assertEquals(code, 0, errors);
  return output.trim().split("\n");
}

/** What the snippets of each page need around them, and what they print. */
const PARTS: readonly (readonly [part: string, prints: readonly string[]])[] = [
  [
    `{
      const text = "written";
      const lead = ({ signal }: { readonly signal: AbortSignal }) =>
        console.log("leads", signal.aborted);
      ${await take("docs/locks.md", "Locks and elections")}
      console.log((await client.get("report"))?.value.text());
    }`,
    ["leads false", "written"],
  ],
  [
    `{
      const text = "written again";
      ${await take("README.md", "Locks and elections")}
      console.log(succeeded);
    }`,
    ["true"],
  ],
  [
    `{
      const work = async ({ signal }: { readonly signal: AbortSignal }) =>
        console.log("works", signal.aborted, await client.get("members/me") !== undefined);
      ${await take("docs/lease.md", "Lease")}
    }
    console.log(await client.get("members/me"));`,
    ["works false true", "undefined"],
  ],
  [
    `{
      ${await take("README.md", "Lease")}
      console.log((await client.get("members/me"))?.lease === lease.id);
    }`,
    ["true"],
  ],
  [
    `{
      ${await take("docs/namespaces.md", "Namespaces")}
      console.log("app/x is", (await client.get("app/x"))?.value.text());
    }`,
    ["app/x is 1"],
  ],
  [
    `await client.put("jobs/2", "second");
    {
      const ids = [1, 2];
      ${await take("docs/batching.md", "Many calls at once")}
      console.log(jobs.map((job) => job?.value.text()));
    }`,
    ['[ undefined, "second" ]'],
  ],
  [
    watching((await take("docs/watch.md", "Watch")).replace("42n", "1n"), {
      last: "jobs/3",
      write: "await write();",
    }),
    ["put jobs/2", "put jobs/3", "true"],
  ],
  [
    watching(await take("docs/watch.md", "Read first, then follow"), {
      last: "config/b",
      write: 'await client.put("config/a", "old");',
    }),
    ["config/a old", "put config/b", "true"],
  ],
  [
    // It may begin after some of them.
    watching(await take("README.md", "Watch"), {
      last: "jobs/5",
      write: `const timer = setInterval(write, 20);
        await using _ = {
          [Symbol.asyncDispose]: () => Promise.resolve(clearInterval(timer)),
        };`,
    }),
    ["put jobs/5", "true"],
  ],
  [
    `{
      ${await take("docs/values.md", "Keys and values")}
      console.log((await client.get("photo"))?.value.length);
    }`,
    ["hello N", "2"],
  ],
  [
    `for (const value of ["none", "some"]) {
      if (value === "some") await client.put("counter", "4");
      ${await take("docs/timeouts.md", "When a write is in doubt")}
      console.log(value, (await client.get("counter"))?.value.text());
    }`,
    ["none 5", "some 5"],
  ],
  [
    `{
      const tests: (() => Promise<void>)[] = [];
      const Deno = {
        test: (_name: string, body: () => Promise<void>) => tests.push(body),
      };
      const assertEquals = (actual: unknown, expected: unknown) =>
        console.log(actual === expected);
      ${await take("docs/testing.md", "Keep tests apart")}
      for (const test of tests) await test();
    }`,
    ["true", "true"],
  ],
  [
    `{
      ${await take("docs/testing.md", "Faults")}
    }`,
    ["false"],
  ],
  [
    `{
      // A cluster of one has nobody to promote: its types are checked.
      const unused = async (peerUrl: string) => {
        ${await take("docs/cluster.md", "Cluster and maintenance")}
      };
      ${await take("docs/cluster.md", "A full database")}
      console.log("recovered", typeof unused);
    }`,
    ["recovered function"],
  ],
];

/** A watch that ends when it has told of a key, which `write` writes. */
function watching(
  program: string,
  { last, write }: { readonly last: string; readonly write: string },
): string {
  return `{
    await using client = new Client({ endpoints });
    const write = () => client.put("${last}", "new").catch(() => {});
    let ended = false;
    // Ends what has no end of its own.
    const console = {
      log(...told: unknown[]) {
        if (ended) return;
        globalThis.console.log(...told);
        if (told[1] === "old") void write();
        if (told[1] !== "${last}") return;
        ended = true;
        void client.close();
      },
    };
    ${write}
    try {
      ${program}
    } catch (error) {
      globalThis.console.log(error instanceof ClientClosedError);
    }
  }`;
}

Deno.test("the snippets of the README and of docs/ run", async () => {
  await using cluster = await Cluster.start({ members: 1 });
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

Deno.test("the snippet on authentication runs", async () => {
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
    ${AUTHENTICATION.replaceAll('"alice"', '"reading alice"')}`);
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

Deno.test("no snippet of the README and of docs/ is left out", async () => {
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
