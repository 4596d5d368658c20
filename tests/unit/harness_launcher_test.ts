import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { type Fetcher, findEtcdIn } from "../harness/_find_etcd.ts";
import { fetchRelease } from "../harness/_release.ts";

/** A place with directories, variables and fetchers of its own. */
class Place implements AsyncDisposable {
  readonly path: string;
  readonly variables: Record<string, string> = {};
  readonly fetchers: Fetcher[] = [];

  constructor(path: string) {
    this.path = path;
    this.variables.HOME = `${path}/home`;
  }

  static async make(): Promise<Place> {
    const path = await Deno.makeTempDir({ prefix: "etcdeno-launcher-" });
    return new Place(await Deno.realPath(path));
  }

  get cache(): string {
    return `${this.path}/home/.cache/etcdeno/etcd`;
  }

  variable(name: string): string | undefined {
    return this.variables[name];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

async function writeProgram(path: string, prints: string): Promise<string> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, `#!/bin/sh\necho "${prints}"\n`);
  await Deno.chmod(path, 0o755);
  return path;
}

/** Writes programs that name a version and can do no more. */
async function writeEtcd(directory: string, version: string): Promise<void> {
  await writeProgram(`${directory}/etcd`, `etcd Version: ${version}`);
  for (const tool of ["etcdctl", "etcdutl"]) {
    await writeProgram(`${directory}/${tool}`, `${tool} version: ${version}`);
  }
}

/** A fetcher that has one version, and counts how often it is asked. */
function fakeFetcher(version: string): Fetcher & { asked: number } {
  return {
    name: "Fake",
    asked: 0,
    async fetch(_wanted, directory) {
      this.asked++;
      await writeEtcd(directory, version);
      return "a fake place";
    },
  };
}

const failingFetcher: Fetcher = {
  name: "Nowhere",
  fetch: () => Promise.reject(new Error("no network", { cause: "no cable" })),
};

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

Deno.test("findEtcd() ends with every reason and what would help", async () => {
  await using place = await Place.make();
  await writeEtcd(`${place.path}/old`, "3.4.23");
  place.variables.PATH = `${place.path}/old`;
  place.fetchers.push(failingFetcher);
  const { message } = await assertRejects(
    () => findEtcdIn(place, {}),
    Error,
    "Cannot find an etcd 3.5 server",
  ) as Error;
  for (
    const part of [
      `PATH: ${place.path}/old/etcd is 3.4.23`,
      `Cache: no 3.5 in ${place.cache}`,
      "Nowhere: no network: no cable",
      "set ETCD_BIN to the path of an etcd 3.5 binary",
      "put one on PATH",
      "let this machine reach deb.debian.org or github.com once",
      "run tools/build_etcd.sh 3.5 where there is Go",
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
      `run tools/build_etcd.sh ${version} where there is Go`,
    );
  }
  const { message } = await assertRejects(
    () => findEtcdIn(place, { version: "3.4.23" }),
    Error,
    "github.com once",
  ) as Error;
  assert(!message.includes("build_etcd.sh"), message);
});

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
    printf '#!/bin/sh\\necho "etcd Version: ${version}"\\n' >"$2"
    chmod +x "$2" ;;
esac
`;
  await Deno.mkdir(`${place.path}/go`, { recursive: true });
  await Deno.writeTextFile(`${place.path}/go/go`, go, { mode: 0o755 });
  const { code, stderr } = await new Deno.Command("sh", {
    args: [
      new URL("../../tools/build_etcd.sh", import.meta.url).pathname,
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

Deno.test("build_etcd.sh puts a server where findEtcd() finds it, and replaces one", async () => {
  await using place = await Place.make();
  for (const round of [1, 2]) {
    const { code, errors } = await build(place, "3.6", "3.6.16");
    assertEquals(code, 0, `${round}: ${errors}`);
    const found = await findEtcdIn(place, { version: "3.6" });
    assertEquals(found.version, "3.6.16");
    assertEquals(found.etcd, `${place.cache}/3.6.16/etcd`);
    assertEquals(found.source, "cache (built with go1.26.8)");
  }
  const left = await Array.fromAsync(Deno.readDir(place.cache));
  assertEquals(left.map(({ name }) => name), ["3.6.16"]);
});

Deno.test("build_etcd.sh refuses a version of another form, and leaves nothing behind", async () => {
  await using place = await Place.make();
  for (const version of ["", "3", "v3.6", "3.6.x", "3.6.1.2"]) {
    const { code, errors } = await build(place, version, "3.6.16");
    assertEquals(code, 2);
    assertStringIncludes(errors, "Cannot build etcd: name a version");
  }
  await assertRejects(() => Deno.stat(place.cache), Deno.errors.NotFound);
});

Deno.test("findEtcd() refuses a version of another form", async () => {
  await using place = await Place.make();
  for (const version of ["", "3", "v3.5", "3.5.x", "latest", "3.5.1.2"]) {
    await assertRejects(
      () => findEtcdIn(place, { version }),
      RangeError,
      `current value is "${version}"`,
    );
  }
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
