// The package as npm has it: what is in it, and what its users' tools make of it.
import { assert, assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { exists } from "../harness/mod.ts";
import { ROOT } from "../unit/support/_program.ts";
import { runUserProgram } from "./_program.ts";
import {
  installedFiles,
  type Place,
  placeOn,
  userFolder,
} from "./_user_folder.ts";

const MOST_BYTES = 2_000_000;
const TEXTS = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];
const CODE =
  /^(mod|(api|balancers|errors|proto|recipes|testing)\/[\w/]+)(\.js|\.d\.ts)$/;

const user = await userFolder();
const files: ReadonlyMap<string, string> = "missing" in user
  ? new Map()
  : await installedFiles(user.folder);
const manifest = JSON.parse(files.get("package.json") ?? "{}");

/** A test of the package; where npm serves none, it is left out and says so. */
function test(name: string, fn: () => void | Promise<void>): void {
  if ("missing" in user) {
    Deno.test.ignore(`${name} | not run: ${user.missing}`, () => {});
  } else Deno.test(name, fn);
}

test("the tarball has the code, its types and four texts, and nothing else", async () => {
  const others = [...files.keys()].filter((path) => !CODE.test(path));
  assertEquals(others.toSorted(), TEXTS);
  const without: string[] = [];
  let bytes = 0;
  for (const [path, text] of files) {
    bytes += text.length;
    const source = path.replace(CODE, "$1.ts");
    if (CODE.test(path) && !await exists(new URL(source, ROOT))) {
      without.push(path);
    }
  }
  assertEquals(without, [], "each has a source");
  assert(bytes < MOST_BYTES, `${bytes} bytes`);
});

test("the tarball has every entry but the gateway, with types", () => {
  const entries = Object.keys(config.exports)
    .filter((name) => !name.startsWith("./gateway"));
  const { "./package.json": _, ...exported } = manifest.exports;
  assertEquals(Object.keys(exported), entries);
  for (const { types, default: code } of Object.values(exported) as Entry[]) {
    assert(files.has(types.slice("./".length)), types);
    assert(files.has(code.slice("./".length)), code);
  }
});

interface Entry {
  readonly types: string;
  readonly default: string;
}

test("the package has the name, the version and the ranges of deno.json", () => {
  const { name, version, license } = config;
  assertEquals(
    { name, version, license },
    {
      name: manifest.name,
      version: manifest.version,
      license: manifest.license,
    },
  );
  const ranges = { ...manifest.dependencies, ...manifest.peerDependencies };
  assertEquals(Object.keys(ranges).sort(), [
    "@grpc/grpc-js",
    "@opentelemetry/api",
    "@peculiar/x509",
    "protobufjs",
    "reflect-metadata",
    "tinyqueue",
  ]);
  const imports = new Map(Object.entries(config.imports));
  for (const [one, range] of Object.entries(ranges)) {
    assertEquals(`npm:${one}@${range}`, imports.get(one));
  }
});

test("the package gets along without grpc-js and what makes certificates, and does not bring them", async () => {
  assertEquals(manifest.peerDependenciesMeta, {
    "@grpc/grpc-js": { optional: true },
    "@peculiar/x509": { optional: true },
    "reflect-metadata": { optional: true },
  });
  const { folder } = user as Pick<Place, "folder">;
  assert(!await exists(`${folder}/node_modules/@grpc`));
  assert(!await exists(`${folder}/node_modules/@peculiar`));
});

test("the code of the package has no word of Deno's, and none that is too new", () => {
  for (const [path, text] of files) {
    if (!path.endsWith(".js")) continue;
    assertEquals(/^\s*(await )?using \w+ =/m.exec(text)?.[0], undefined, path);
    const words = text.match(/(?<!globalThis\.)\bDeno\.(?!customInspect)/g) ??
      [];
    assertEquals(words, [], path);
    assertEquals(/(?:from |import\()"[^"]+\.ts"/.exec(text)?.[0], undefined);
  }
  assertMatch(manifest.engines.node, /^>=22/);
});

test("no class tells a method twice, as the compiler alone would", () => {
  const twice = [...files].filter(([path, text]) =>
    path.endsWith(".d.ts") && /^ +\[Symbol\.\w+\]: \(\) =>/m.test(text)
  );
  assertEquals(twice.map(([path]) => path), []);
});

const WITHOUT_PACKAGE = `
import { Client } from "@etcdeno/client";
const endpoints = "http://127.0.0.1:1";
const client = new Client({ endpoints, transport: "grpc-js" });
for (const call of [client.get("x"), client.watch("x").ready]) {
  const error = await call.catch((error) => error);
  console.log(error.name, error.code, error.maybeCommitted, error.message);
}
await client.close();
`;
const ASKS_FOR_IT =
  /^UnavailableError missing_package false Cannot [\w ]+: @grpc\/grpc-js is not installed, run npm install @grpc\/grpc-js \(missing_package\): http:\/\/127\.0\.0\.1:1: /;

for (const name of ["node22", "bun"] as const) {
  const place = await placeOn(name);
  if ("missing" in place) {
    Deno.test.ignore(`${name} | not run: ${place.missing}`, () => {});
    continue;
  }
  Deno.test(`${place.runtime.title} | transport "grpc-js" without its package fails at once, and names it`, async () => {
    const { code, output, errors } = await runUserProgram(place, {
      name: "main.mjs",
      program: WITHOUT_PACKAGE,
    });
    assertEquals(code, 0, errors);
    const lines = output.split("\n");
    assertEquals(lines.length, 2);
    for (const line of lines) assertMatch(line, ASKS_FOR_IT);
  });
}
