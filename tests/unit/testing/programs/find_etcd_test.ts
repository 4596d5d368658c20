// Where the harness finds etcd, and what it says where it does not.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { InvalidOptionError } from "../../../../errors/mod.ts";
import { TestingError } from "../../../../testing/errors/mod.ts";
import { findEtcdIn } from "../../../../testing/programs/_find_etcd.ts";
import {
  failingFetcher,
  Place,
  writeEtcd,
  writeProgram,
} from "./_etcd_place.ts";

Deno.test("findEtcd() takes ETCD_BIN first, with the tools beside it", async () => {
  await using place = await Place.make();
  await writeEtcd(`${place.path}/chosen`, "3.6.4");
  await writeEtcd(`${place.path}/bin`, "3.5.9");
  place.variables.ETCD_BIN = `${place.path}/chosen/etcd`;
  place.variables.PATH = `${place.path}/bin`;
  // No version was asked for, so any will do.
  assertEquals(await findEtcdIn(place, {}), {
    version: "3.6.4",
    etcd: `${place.path}/chosen/etcd`,
    etcdctl: `${place.path}/chosen/etcdctl`,
    etcdutl: `${place.path}/chosen/etcdutl`,
    source: "ETCD_BIN",
  });
});

Deno.test("findEtcd() refuses an ETCD_BIN of another version, naming both", async () => {
  await using place = await Place.make();
  await writeEtcd(`${place.path}/chosen`, "3.4.23");
  place.variables.ETCD_BIN = `${place.path}/chosen/etcd`;
  const text =
    `Cannot use ETCD_BIN="${place.path}/chosen/etcd": it is etcd 3.4.23, but 3.5 was asked for`;
  await assertRejects(() => findEtcdIn(place, { version: "3.5" }), Error, text);
  place.variables.ETCD_VERSION = "3.5";
  await assertRejects(() => findEtcdIn(place, {}), Error, text);
  place.variables.ETCD_VERSION = "3.4";
  assertEquals((await findEtcdIn(place, {})).version, "3.4.23");
});

Deno.test("findEtcd() says what is wrong with an ETCD_BIN", async () => {
  await using place = await Place.make();
  place.variables.ETCD_BIN = `${place.path}/none`;
  await assertRejects(
    () => findEtcdIn(place, {}),
    Error,
    `Cannot use ETCD_BIN="${place.path}/none": `,
  );
  place.variables.ETCD_BIN = await writeProgram(`${place.path}/ls`, "ls 9.1");
  await assertRejects(() => findEtcdIn(place, {}), Error, "no etcd server");
});

Deno.test("findEtcd() skips a server on PATH that does not fit", async () => {
  await using place = await Place.make();
  await writeEtcd(`${place.path}/old`, "3.4.23");
  await writeEtcd(`${place.path}/longer`, "3.50.1");
  await writeEtcd(`${place.path}/fitting`, "3.5.9");
  place.variables.PATH = ["/nowhere", "old", "longer", "fitting"]
    .map((name) => name.startsWith("/") ? name : `${place.path}/${name}`)
    .join(":");
  const found = await findEtcdIn(place, {});
  assertEquals(found.etcd, `${place.path}/fitting/etcd`);
  assertEquals(found.source, "PATH");
  const old = await findEtcdIn(place, { version: "3.4" });
  assertEquals(old.etcd, `${place.path}/old/etcd`);
  assertEquals(old.etcdctl, `${place.path}/old/etcdctl`);
});

Deno.test("findEtcd() takes the tools of the same series only", async () => {
  await using place = await Place.make();
  await writeEtcd(`${place.path}/a`, "3.5.9");
  await writeProgram(`${place.path}/a/etcdctl`, "etcdctl version: 3.4.23");
  await Deno.remove(`${place.path}/a/etcdutl`);
  place.variables.PATH = `${place.path}/a`;
  const alone = await findEtcdIn(place, {});
  assertEquals([alone.etcdctl, alone.etcdutl], [undefined, undefined]);
  await writeEtcd(`${place.path}/b`, "3.5.30");
  place.variables.PATH += `:${place.path}/b`;
  const found = await findEtcdIn(place, {});
  assertEquals(found.etcd, `${place.path}/a/etcd`);
  assertEquals(found.etcdctl, `${place.path}/b/etcdctl`);
});

Deno.test("findEtcd() takes the newest of the cache that fits", async () => {
  await using place = await Place.make();
  for (const version of ["3.5.9", "3.5.16", "3.6.1"]) {
    await writeEtcd(`${place.cache}/${version}`, version);
  }
  assertEquals((await findEtcdIn(place, {})).version, "3.5.16");
  const exact = await findEtcdIn(place, { version: "3.5.9" });
  assertEquals([exact.version, exact.source], ["3.5.9", "cache"]);
  place.variables.XDG_CACHE_HOME = `${place.path}/xdg`;
  await writeEtcd(`${place.path}/xdg/etcdeno/etcd/3.5.2`, "3.5.2");
  assertEquals((await findEtcdIn(place, {})).version, "3.5.2");
});

Deno.test("findEtcd() ends with every reason and what would help", async () => {
  await using place = await Place.make();
  await writeEtcd(`${place.path}/old`, "3.4.23");
  place.variables.PATH = `${place.path}/old`;
  place.fetchers.push(failingFetcher);
  const { message, reason, help } = await assertRejects(
    () => findEtcdIn(place, {}),
    TestingError,
    "Cannot find an etcd 3.5 server",
  ) as TestingError;
  assertEquals(reason, "version");
  for (const way of help) assertStringIncludes(message, way);
  assertEquals(help.length, 4);
  for (
    const part of [
      `PATH: ${place.path}/old/etcd is 3.4.23`,
      `Cache: no 3.5 in ${place.cache}`,
      "Nowhere: no network: no cable",
      "set ETCD_BIN to the path of an etcd 3.5 binary",
      "put one on PATH",
      "let this machine reach deb.debian.org or github.com once",
      "run tools/build/etcd.sh 3.5 where there is Go",
    ]
  ) {
    assertStringIncludes(message, part);
  }
});

Deno.test("findEtcd() names the command that builds a newer server, and none for 3.4", async () => {
  await using place = await Place.make();
  for (const version of ["3.6", "3.7.3", "3.10"]) {
    await assertRejects(
      () => findEtcdIn(place, { version }),
      Error,
      `run tools/build/etcd.sh ${version} where there is Go`,
    );
  }
  const { message } = await assertRejects(
    () => findEtcdIn(place, { version: "3.4.23" }),
    Error,
    "github.com once",
  ) as Error;
  assert(!message.includes("build/etcd.sh"), message);
});

Deno.test("findEtcd() refuses a version of another form", async () => {
  await using place = await Place.make();
  for (const version of ["", "3", "v3.5", "3.5.x", "latest", "3.5.1.2"]) {
    await assertRejects(
      () => findEtcdIn(place, { version }),
      InvalidOptionError,
      `current value is "${version}"`,
    );
  }
});
