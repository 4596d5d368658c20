// The types of the package, as the compiler of a user sees them.
import { assertEquals } from "@std/assert";
import { run } from "../harness/programs/_run.ts";
import { type Place, userFolder } from "./_user_folder.ts";

// One with an API in JavaScript, and the newest, which has none.
const COMPILERS = ["5.9.3", "7.0.2"];
const NODE_TYPES = "22.20.7";

const PROGRAM = `
import { type Bytes, Client, compare, EtcdError, op, prefix } from "@etcdeno/client";
import { BALANCER_NAMES } from "@etcdeno/client/balancers";
import { TimeoutError } from "@etcdeno/client/errors";
import { json, update, view } from "@etcdeno/client/recipes";
import { startEtcd, type TestCluster } from "@etcdeno/client/testing";

await using etcd: TestCluster = await startEtcd({ tls: "mutual", auth: true });
await etcd.link(0).set({ kind: "delay", delayMs: 5 });
// @ts-expect-error -- a delay has a time
await etcd.link(0).set("delay");
await using client = new Client({ ...etcd.clientOptions, batch: "reads" });
const value: Bytes | undefined = (await client.get("x"))?.value;
const { succeeded } = await client.txn({
  if: [compare.value("x", "=", "1")],
  then: [op.put("x", "2")],
});
for await (const { key } of client.list(prefix("x/"))) key.text().at(0);
const { action } = await update(client, "n", (old = 0) => old + 1, {
  codec: json<number>(),
});
const limits = await view(client, prefix("limits/"), { codec: json<number>() });
const limit: number | undefined = limits.get("limits/x");
// @ts-expect-error -- there is no such option
await client.get("x", { timeout: 1 });
// @ts-expect-error -- revisions are no numbers
const revision: number = (await client.put("x", "1")).header.revision;
try {
  await using lease = await client.lease.grant(10);
  await lease.keepAlive({ onRenewal: ({ ttlSeconds }) => ttlSeconds.toFixed() });
} catch (error) {
  if (error instanceof TimeoutError) throw error;
  if (error instanceof EtcdError) error.maybeCommitted satisfies boolean;
}
export { action, BALANCER_NAMES, limit, revision, succeeded, value };
`;
const COMMON = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  target: "es2022",
};
/** Settings of users, by what is special about them. */
const SETTINGS = {
  "moduleResolution nodenext": {
    ...COMMON,
    module: "nodenext",
    moduleResolution: "nodenext",
    lib: ["es2022"],
    types: ["node"],
    skipLibCheck: false,
  },
  "moduleResolution bundler": {
    ...COMMON,
    module: "esnext",
    moduleResolution: "bundler",
    lib: ["es2022", "dom"],
    types: ["node"],
    skipLibCheck: false,
  },
  // As of `tsc --init`.
  "no types of Node": {
    ...COMMON,
    module: "esnext",
    moduleResolution: "bundler",
    lib: ["es2022", "dom"],
    types: [],
    skipLibCheck: true,
  },
};

const user = await userFolder();
if ("missing" in user) {
  Deno.test.ignore(`types | not run: ${user.missing}`, () => {});
}
for (const version of "missing" in user ? [] : COMPILERS) {
  for (const [name, compilerOptions] of Object.entries(SETTINGS)) {
    Deno.test(`TypeScript ${version} takes the package with ${name}`, async () => {
      const folder = await compilerFolder(version);
      const project = `${folder}/${name.replaceAll(" ", "_")}`;
      await Deno.mkdir(project);
      await Deno.writeTextFile(`${project}/main.mts`, PROGRAM);
      await Deno.writeTextFile(
        `${project}/tsconfig.json`,
        JSON.stringify({ compilerOptions, files: ["main.mts"] }),
      );
      const told = await run("sh", [
        "-c",
        '"$0" -p "$1" || true',
        `${folder}/node_modules/.bin/tsc`,
        project,
      ]);
      assertEquals(told, "");
    });
  }
}

/** A folder below that with the package, which has a compiler. */
async function compilerFolder(version: string): Promise<string> {
  const { folder: outer } = user as Pick<Place, "folder">;
  const folder = `${outer}/typescript-${version}`;
  try {
    await Deno.mkdir(folder);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return folder;
    throw error;
  }
  await Deno.writeTextFile(`${folder}/package.json`, "{}");
  await run("npm", [
    "install",
    "--no-audit",
    "--no-fund",
    `typescript@${version}`,
    `@types/node@${NODE_TYPES}`,
  ], { cwd: folder });
  return folder;
}
