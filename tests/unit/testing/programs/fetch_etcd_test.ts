// How the harness fetches etcd into its cache.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { TestingError } from "../../../../testing/errors/mod.ts";
import { run } from "../../../../testing/process/mod.ts";
import { findEtcdIn } from "../../../../testing/programs/_find_etcd.ts";
import {
  failingFetcher,
  fakeFetcher,
  Place,
  writeProgram,
} from "./_etcd_place.ts";

Deno.test("findEtcd() fetches once, and finds it in the cache from then on", async () => {
  await using place = await Place.make();
  const fetcher = fakeFetcher("3.5.16");
  place.fetchers.push(failingFetcher, fetcher, failingFetcher);
  const lines: string[] = [];
  const onProgress = (line: string) => void lines.push(line);
  const first = await findEtcdIn(place, { onProgress });
  const second = await findEtcdIn(place, { onProgress });
  assertEquals(first, second);
  assertEquals(first, {
    version: "3.5.16",
    etcd: `${place.cache}/3.5.16/etcd`,
    etcdctl: `${place.cache}/3.5.16/etcdctl`,
    etcdutl: `${place.cache}/3.5.16/etcdutl`,
    source: "cache (a fake place)",
  });
  assertEquals(fetcher.asked, 1);
  assertEquals(lines, [
    "Nowhere: no network: no cable",
    "Got etcd 3.5.16 from a fake place",
  ]);
  const left = await Array.fromAsync(Deno.readDir(place.cache));
  assertEquals(left.map(({ name }) => name), ["3.5.16"]);
});

Deno.test("findEtcd() works without HOME", async () => {
  await using place = await Place.make();
  delete place.variables.HOME;
  place.variables.TMPDIR = `${place.path}/tmp`;
  place.fetchers.push(fakeFetcher("3.5.16"));
  const { etcd } = await findEtcdIn(place, {});
  assert(etcd.startsWith(`${place.path}/tmp/`), etcd);
});

Deno.test("findEtcd() replaces a cached server that does not run", async () => {
  await using place = await Place.make();
  await writeProgram(`${place.cache}/3.5.16/etcd`, "damaged");
  place.fetchers.push(fakeFetcher("3.5.16"));
  assertEquals((await findEtcdIn(place, {})).version, "3.5.16");
});

Deno.test("two findEtcd() at once both get a whole server", async () => {
  await using place = await Place.make();
  place.fetchers.push(fakeFetcher("3.5.16"));
  const [one, two] = await Promise.all([
    findEtcdIn(place, {}),
    findEtcdIn(place, {}),
  ]);
  assertEquals(one, two);
  assertEquals(one.version, "3.5.16");
});

Deno.test("findEtcd() does not keep what is of another version", async () => {
  await using place = await Place.make();
  place.fetchers.push(fakeFetcher("3.5.16"));
  await assertRejects(
    () => findEtcdIn(place, { version: "3.5.17" }),
    Error,
    "Fake: it has 3.5.16, not 3.5.17",
  );
  assertEquals(await Array.fromAsync(Deno.readDir(place.cache)), []);
});

Deno.test("findEtcd() stops when its signal is aborted", async () => {
  await using place = await Place.make();
  const abort = new AbortController();
  const reason = new Error("enough");
  const second = fakeFetcher("3.5.16");
  place.fetchers.push({
    name: "Slow",
    fetch: () => {
      abort.abort(reason);
      return Promise.reject(new Error("broken off"));
    },
  }, second);
  const error = await assertRejects(() =>
    findEtcdIn(place, { signal: abort.signal })
  );
  assertEquals(error, reason);
  assertEquals(second.asked, 0);
});

/** Fetchers that the system refuses, as itself and by a program it runs. */
const REFUSED = {
  space: [
    () => Promise.reject(coded("ENOSPC")),
    () => run("sh", ["-c", "ls / >/dev/full"]),
  ],
  permission: [
    () => Promise.reject(coded("EACCES")),
    () => run("sh", ["-c", "exec /dev/null"]),
  ],
};

function coded(code: string): Error {
  return Object.assign(new Error(`${code}: refused`), { code });
}

for (const [reason, refusals] of Object.entries(REFUSED)) {
  Deno.test(`findEtcd() says if it could not fetch for want of ${reason}, and what helps`, async () => {
    for (const fetch of refusals) {
      await using place = await Place.make();
      place.fetchers.push({ name: "Refused", fetch }, failingFetcher);
      const error = await assertRejects(
        () => findEtcdIn(place, {}),
        TestingError,
      ) as TestingError;
      assertEquals(error.reason, reason);
      assertStringIncludes(error.message, "TMPDIR");
      assertEquals(await Array.fromAsync(Deno.readDir(place.cache)), []);
    }
  });
}
