// Snippets of the README and of docs/, with what they need around them.
import { assertEquals } from "@std/assert";
import { blockName, readPage, snippet } from "../unit/docs/_pages.ts";
import { ROOT as PROJECT, run } from "../unit/support/_program.ts";

// `Client` is there already.
const NAMES = "all, ClientClosedError, compare, type Keyspace, op, prefix";
/** Those that are run here, or elsewhere, by `blockName`. */
export const taken: Set<string> = new Set([
  blockName("README.md", "Quick start", 0),
  // tests/runtimes/pages_test.ts
  blockName("docs/runtimes.md", "Node 22", 0),
]);

/** A snippet of a page, to be run. */
export async function take(
  path: string,
  heading: string,
  at = 0,
): Promise<string> {
  taken.add(blockName(path, heading, at));
  return snippet(await readPage(path), { heading, at });
}

/** Runs a program, types checked; gives its lines. */
export async function linesOf(program: string): Promise<readonly string[]> {
  const { code, output, errors } = await run(
    `import { readFile, writeFile } from "node:fs/promises";
    import { ${NAMES} } from "${new URL("mod.ts", PROJECT)}";\n${program}`,
    // Checking types takes most of the time.
    {
      permissions: ["--quiet", "--check", "--allow-all"],
      limitMs: 60_000,
    },
  );
  assertEquals(code, 0, errors);
  return output.trim().split("\n");
}

/** What the snippets of each page need around them, and what they print. */
export const PARTS:
  readonly (readonly [part: string, prints: readonly string[]])[] = [
    [
      `{
      const next = (text = "0") => String(Number(text) + 1);
      ${await take("docs/values.md", "Writes with a condition")}
      console.log((await client.get("stock"))?.value.text());
    }`,
      ["1"],
    ],
    [
      `{
      const text = "written";
      const serveAsLeader = ({ signal }: { readonly signal: AbortSignal }) =>
        console.log("leads", signal.aborted);
      ${await take("docs/locks.md", "Locks and elections")}
      console.log((await client.get("report"))?.value.text());
    }`,
      ["leads false", "written"],
    ],
    [
      `{
      const first = await client.session();
      const leadership = await first.campaign("primary", "10.0.0.7:8080");
      const kept = { lease: first.lease.id, leadership };
      first.lease.orphan();
      {
        ${await take("docs/locks.md", "A leader that restarts")}
        console.log((await client.election.leader("primary"))?.value.text());
      }
      console.log(await client.election.leader("primary"));
    }`,
      ["10.0.0.8:8080", "undefined"],
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
      await using session = await client.session({ ttlSeconds: 3 });
      const told = Promise.withResolvers<string>();
      const console = {
        log: (ttlSeconds: number, endpoint: string) =>
          told.resolve([ttlSeconds, endpoints.includes(endpoint)].join(" ")),
      };
      ${await take("docs/lease.md", "Keeping it alive")}
      globalThis.console.log(await told.promise);
    }`,
      ["3 true"],
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
