// etcd's releases, served by a test.
import { assertEquals, assertRejects } from "@std/assert";
import { findEtcdIn } from "../../../../testing/programs/_find_etcd.ts";
import { fetchRelease } from "../../../../testing/programs/_release.ts";
import { Place, writeEtcd } from "./_etcd_place.ts";

/** Serves a release made of fake programs, with right or wrong sums. */
async function serveRelease(
  place: Place,
  version: string,
  spoil: (archive: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const machine = Deno.build.arch === "x86_64" ? "amd64" : "arm64";
  const name = `etcd-v${version}-${Deno.build.os}-${machine}`;
  await writeEtcd(`${place.path}/${name}`, version);
  const packed = await new Deno.Command("sh", {
    args: ["-c", `cd "$1" && tar -czf - "$2"`, "sh", place.path, name],
  }).output();
  const archive = new Uint8Array(packed.stdout);
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", archive));
  const sums = `${
    "0".repeat(64)
  }  other.tar.gz\n${sum.toHex()}  ${name}.tar.gz\n`;
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === `/v${version}/SHA256SUMS`) return new Response(sums);
      if (pathname === `/v${version}/${name}.tar.gz`) {
        return new Response(spoil(archive));
      }
      return new Response("not here", { status: 404 });
    },
  );
}

Deno.test("fetchRelease() unpacks an archive whose sum is right", async () => {
  await using place = await Place.make();
  await using server = await serveRelease(place, "3.6.7", (whole) => whole);
  const base = `http://127.0.0.1:${server.addr.port}`;
  place.fetchers.push(fetchRelease(base));
  const found = await findEtcdIn(place, { version: "3.6.7" });
  assertEquals(found.version, "3.6.7");
  assertEquals(found.source, "cache (release v3.6.7)");
  assertEquals(found.etcdctl, `${place.cache}/3.6.7/etcdctl`);
  await assertRejects(
    () => findEtcdIn(place, { version: "3.6.8" }),
    Error,
    `Release: ${base}/v3.6.8/SHA256SUMS answers 404`,
  );
  await assertRejects(
    () => findEtcdIn(place, { version: "3.9" }),
    Error,
    "Release: no release of 3.9 is known here, name one in full",
  );
});

Deno.test("fetchRelease() refuses an archive whose sum is wrong", async () => {
  await using place = await Place.make();
  await using server = await serveRelease(place, "3.6.7", (whole) => {
    const spoilt = whole.slice();
    spoilt[spoilt.length - 1] = (spoilt.at(-1) ?? 0) ^ 1;
    return spoilt;
  });
  place.fetchers.push(fetchRelease(`http://127.0.0.1:${server.addr.port}`));
  await assertRejects(
    () => findEtcdIn(place, { version: "3.6.7" }),
    Error,
    "has the sum",
  );
  assertEquals(await Array.fromAsync(Deno.readDir(place.cache)), []);
});
