// tools/build/kine.sh with a stand-in for Go.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Place } from "../../testing/programs/_etcd_place.ts";

async function build(
  place: Place,
  args: readonly string[],
): Promise<
  { readonly code: number; readonly path: string; readonly errors: string }
> {
  const go = `#!/bin/sh
[ "$1 $CGO_ENABLED" = "install 1" ] || exit 9
for module; do :; done
{
  echo '#!/bin/sh'
  echo "echo $module"
} >"$GOBIN/kine"
chmod +x "$GOBIN/kine"
`;
  await Deno.mkdir(`${place.path}/go`, { recursive: true });
  await Deno.writeTextFile(`${place.path}/go/go`, go, { mode: 0o755 });
  const script =
    new URL("../../../../tools/build/kine.sh", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: [script, ...args],
    env: {
      HOME: `${place.path}/home`,
      PATH: `${place.path}/go:${Deno.env.get("PATH")}`,
    },
    clearEnv: true,
  }).output();
  const [path = "", errors = ""] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes).trim()
  );
  return { code, path, errors };
}

Deno.test("build/kine.sh puts kine into the cache of front servers, and replaces one", async () => {
  await using place = await Place.make();
  const cache = `${place.path}/home/.cache/etcdeno/front`;
  for (const args of [[], ["0.17.5"], ["0.17.4"]]) {
    const { code, path, errors } = await build(place, args);
    const version = args[0] ?? "0.17.5";
    assertEquals(code, 0, errors);
    assertEquals(path, `${cache}/kine-${version}/kine`);
    assertStringIncludes(
      await Deno.readTextFile(path),
      `github.com/k3s-io/kine@v${version}`,
    );
  }
  const left = await Array.fromAsync(Deno.readDir(cache));
  assertEquals(left.map(({ name }) => name).sort(), [
    "kine-0.17.4",
    "kine-0.17.5",
  ]);
});

Deno.test("build/kine.sh refuses a version of another form, and leaves nothing behind", async () => {
  await using place = await Place.make();
  for (const version of ["0.17", "v0.17.5", "0.17.x", "0.17.5.1"]) {
    const { code, errors } = await build(place, [version]);
    assertEquals(code, 2);
    assertStringIncludes(errors, "Cannot build kine: name a version");
  }
  await assertRejects(
    () => Deno.stat(`${place.path}/home/.cache`),
    Deno.errors.NotFound,
  );
});
