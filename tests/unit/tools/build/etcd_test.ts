// tools/build/etcd.sh with a stand-in for Go.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { findEtcdIn } from "../../../../testing/programs/_find_etcd.ts";
import { Place } from "../../testing/programs/_etcd_place.ts";

/** Runs the build with a stand-in for Go, which makes a server of `version`. */
async function build(
  place: Place,
  wanted: string,
  version: string,
): Promise<{ readonly code: number; readonly errors: string }> {
  const go = `#!/bin/sh
case $1 in
  list) echo v${version} ;;
  env) echo go1.26.8 ;;
  build)
    while [ "$1" != -o ]; do shift; done
    {
      echo '#!/bin/sh'
      echo 'echo "etcd Version: ${version}"'
      echo "echo \"\${2##*/} version: ${version}\""
    } >"$2"
    chmod +x "$2" ;;
esac
`;
  await Deno.mkdir(`${place.path}/go`, { recursive: true });
  await Deno.writeTextFile(`${place.path}/go/go`, go, { mode: 0o755 });
  const { code, stderr } = await new Deno.Command("sh", {
    args: [
      new URL("../../../../tools/build/etcd.sh", import.meta.url).pathname,
      wanted,
    ],
    env: {
      HOME: `${place.path}/home`,
      PATH: `${place.path}/go:${Deno.env.get("PATH")}`,
    },
    clearEnv: true,
  }).output();
  return { code, errors: new TextDecoder().decode(stderr) };
}

Deno.test("build/etcd.sh puts a server where findEtcd() finds it, and replaces one", async () => {
  await using place = await Place.make();
  for (const round of [1, 2]) {
    const { code, errors } = await build(place, "3.6", "3.6.16");
    assertEquals(code, 0, `${round}: ${errors}`);
    const found = await findEtcdIn(place, { version: "3.6" });
    assertEquals(found.version, "3.6.16");
    assertEquals(found.etcd, `${place.cache}/3.6.16/etcd`);
    assertEquals(found.etcdctl, `${place.cache}/3.6.16/etcdctl`);
    assertEquals(found.etcdutl, `${place.cache}/3.6.16/etcdutl`);
    assertEquals(found.source, "cache (built with go1.26.8)");
  }
  const left = await Array.fromAsync(Deno.readDir(place.cache));
  assertEquals(left.map(({ name }) => name), ["3.6.16"]);
});

Deno.test("build/etcd.sh refuses a version of another form, and leaves nothing behind", async () => {
  await using place = await Place.make();
  for (const version of ["", "3", "v3.6", "3.6.x", "3.6.1.2"]) {
    const { code, errors } = await build(place, version, "3.6.16");
    assertEquals(code, 2);
    assertStringIncludes(errors, "Cannot build etcd: name a version");
  }
  await assertRejects(() => Deno.stat(place.cache), Deno.errors.NotFound);
});
