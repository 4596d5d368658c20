// The testing kit from the package, as the runners of Node and Bun take it.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { exists } from "../harness/mod.ts";
import { run } from "../harness/programs/_run.ts";
import { firstOutput } from "../unit/support/_first_output.ts";
import { nothingLeft, shell } from "../unit/testing/cluster/_left.ts";
import { copyExample } from "./_example.ts";
import { type Place, placeOn } from "./_user_folder.ts";

const RUNNERS = {
  node22: ["--test"],
  node24: ["--test"],
  bun: ["test"],
} as const;

const FORGETS = `
import { startEtcd } from "@etcdeno/client/testing";
const etcd = await startEtcd({ members: 1 });
console.log(etcd.dataRoot);
if (process.argv[2] === "wait") setInterval(() => {}, 60_000);
if (process.argv[2] === "throw") throw new Error("as told");
`;

/** Runs a program that starts a cluster and closes nothing, to its end. */
async function forget(
  { runtime, folder }: Place,
  ending: "end" | "throw" | "wait",
): Promise<{ readonly code: number; readonly dataRoot: string }> {
  const directory = await Deno.makeTempDir({ dir: folder });
  try {
    await Deno.writeTextFile(`${directory}/main.mjs`, FORGETS);
    const child = new Deno.Command("sh", {
      args: ["-c", 'exec "$0" "$@"', runtime.path, "main.mjs", ending],
      cwd: directory,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const dataRoot = await firstOutput(child);
    await child.stdout.cancel();
    assert(dataRoot.startsWith("/"), dataRoot);
    if (ending === "wait") {
      assert(await exists(`${dataRoot}/m1`));
      await shell('kill -s KILL "$1"', String(child.pid));
    }
    return { code: (await child.status).code, dataRoot };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const UNABLE = `
import { startEtcd } from "@etcdeno/client/testing";
const { reason, help } = await startEtcd({ tls: true }).catch((error) => error);
console.log(reason, ...help);
`;

for (const [name, args] of Object.entries(RUNNERS)) {
  const place = await placeOn(name as keyof typeof RUNNERS);
  if ("missing" in place) {
    Deno.test.ignore(`${name} | not run: ${place.missing}`, () => {});
    continue;
  }
  const { runtime: { title, path }, folder } = place;
  Deno.test(`${title} | docs/examples/testing_node passes with the package`, async () => {
    await using example = await copyExample("testing_node", folder);
    const { code, output } = await example.run([path, ...args]);
    assertEquals(code, 0, output);
    assertMatch(output, /\b(pass 2|2 pass)\b/);
  });

  Deno.test(`${title} | startEtcd({ tls }) says which packages it misses`, async () => {
    const directory = await Deno.makeTempDir({ dir: folder });
    try {
      await Deno.writeTextFile(`${directory}/main.mjs`, UNABLE);
      assertEquals(
        (await run(path, ["main.mjs"], { cwd: directory })).trim(),
        "package npm install --save-dev @peculiar/x509 reflect-metadata",
      );
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });

  for (const ending of ["end", "throw", "wait"] as const) {
    const how = { end: "ends", throw: "fails", wait: "is killed" }[ending];
    Deno.test(`${title} | no process and no data outlive a program that forgets its cluster and ${how}`, async () => {
      const { code, dataRoot } = await forget(place, ending);
      assertEquals(code === 0, ending === "end");
      await nothingLeft(dataRoot);
    });
  }
}
