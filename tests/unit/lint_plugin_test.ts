import { assertArrayIncludes, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import plugin from "../../tools/lint_plugin.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The ids of the rules that object to this source at this place. */
function broken(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, ROOT + path, source).map((found) =>
    found.id.replace("etcdeno/", "")
  );
}

interface Fixture {
  readonly rule: string;
  readonly about: string;
  readonly path: string;
  readonly source: string;
}

const lines = (count: number) => "export {};\n" + "// line\n".repeat(count - 1);

const BAD: readonly Fixture[] = [
  ...([
    ["errors to proto", "errors/handler.ts", "../proto/method.ts"],
    ["errors to balancers", "errors/handler.ts", "../balancers/mod.ts"],
    ["proto to errors", "proto/methods.ts", "../errors/mod.ts"],
    ["balancers to api", "balancers/_pool.ts", "../api/options.ts"],
    ["balancers to the root", "balancers/_pool.ts", "../mod.ts"],
    ["api to gateway", "api/client.ts", "../gateway/gateway.ts"],
    ["api to tests", "api/client.ts", "../tests/harness/cluster.ts"],
    ["api to tools", "api/client.ts", "../tools/_layers.ts"],
    ["gateway to proto", "gateway/gateway.ts", "../proto/method.ts"],
    ["gateway to the root", "gateway/gateway.ts", "../mod.ts"],
    ["gateway's main to api", "gateway/main.ts", "../api/client.ts"],
    ["its probes to api", "gateway/_cluster_access.ts", "../api/client.ts"],
    ["the root to proto", "mod.ts", "./proto/method.ts"],
    ["tools to api", "tools/compare.ts", "../api/client.ts"],
    ["tools to unit tests", "tools/compare.ts", "../tests/unit/a_test.ts"],
    ["bench to balancers", "bench/main.ts", "../balancers/mod.ts"],
    ["an unlisted folder to api", "examples/a.ts", "../api/client.ts"],
    ["a nested folder upwards", "errors/deep/a.ts", "../../proto/method.ts"],
    ["into a nested folder", "errors/a.ts", "../api/deep/a.ts"],
    ["a detour by the own folder", "errors/a.ts", "./../api/a.ts"],
    ["our own package by name", "errors/a.ts", "@etcdeno/client/balancers"],
    ["our own package from jsr", "errors/a.ts", "jsr:@etcdeno/client@^1"],
  ] as const).map(([about, path, target]): Fixture => ({
    rule: "direction",
    about,
    path,
    source: `import "${target}";`,
  })),
  ...[
    `export { a } from "../api/a.ts";`,
    `import type { A } from "../api/a.ts";`,
    `export type { A } from "../api/a.ts";`,
    `await import("../api/a.ts");`,
    "await import(`../api/a.ts`);",
    `type A = import("../api/a.ts").A;`,
    `new Worker(new URL("../api/a.ts", import.meta.url));`,
    "const name = '../api/a.ts'; await import(name);",
  ].map((source): Fixture => ({
    rule: "direction",
    about: source,
    path: "errors/a.ts",
    source,
  })),
  ...([
    ["errors/a.ts", "@grpc/grpc-js"],
    ["balancers/grpc1_7.ts", "@grpc/grpc-js"],
    ["balancers/grpc1_7.ts", "npm:@grpc/grpc-js@^1.14.7"],
    ["balancers/grpc1_7.ts", "npm:/@grpc/grpc-js@1/build/src/index.js"],
    ["balancers/deep/_a.ts", "@grpc/grpc-js"],
    ["api/kv.ts", "@grpc/grpc-js/build/src/call.js"],
    ["tools/compare.ts", "@grpc/grpc-js"],
    ["api/kv.ts", "protobufjs"],
    ["api/_observation.ts", "@opentelemetry/api"],
    ["balancers/_pool.ts", "npm:@opentelemetry/api@^1"],
    ["api/kv.ts", "protobufjs/light.js"],
    ["balancers/_pool.ts", "npm:protobufjs@^8/minimal.js"],
    ["api/kv.ts", "@std/assert"],
    ["tests/harness/cluster.ts", "@std/assert"],
    ["tests/scenarios/put.ts", "jsr:@std/assert@^1"],
    ["tools/compare.ts", "@std/assert"],
  ] as const).map(([path, name]): Fixture => ({
    rule: "packages",
    about: `${name} in ${path}`,
    path,
    source: `export * as it from "${name}";`,
  })),
  ...([
    ["a dynamic import", `await import("npm:@grpc/grpc-js");`],
    ["a type", `import type { Client } from "@grpc/grpc-js";`],
  ] as const).map(([about, source]): Fixture => ({
    rule: "packages",
    about,
    path: "balancers/strategy.ts",
    source,
  })),
  {
    rule: "max-lines",
    about: "251 lines",
    path: "api/kv.ts",
    source: lines(251),
  },
  ...["api/utils.ts", "api/_util.ts", "api/index.ts", "api/keyValue.ts"].map(
    (path): Fixture => ({
      rule: "file-name",
      about: path,
      path,
      source: "export {};",
    }),
  ),
  {
    rule: "no-export-star",
    about: "export *",
    path: "mod.ts",
    source: `export * from "./errors/mod.ts";`,
  },
  {
    rule: "no-enum",
    about: "an enum",
    path: "errors/codes.ts",
    source: "export enum Code { Ok }",
  },
  {
    rule: "no-enum",
    about: "a constant enum",
    path: "errors/codes.ts",
    source: "export const enum Code { Ok }",
  },
  ...[
    "class A { private a = 1; }",
    "class A { private a() {} }",
    "class A { private static a = 1; }",
    "class A { constructor(readonly a: number) {} }",
  ].map((source): Fixture => ({
    rule: "hash-private",
    about: source,
    path: "api/client.ts",
    source,
  })),
  ...["events", "node:events"].map((name): Fixture => ({
    rule: "no-event-emitter",
    about: name,
    path: "api/watch.ts",
    source: `import { EventEmitter } from "${name}";`,
  })),
  ...[
    `throw new RangeError("Cannot do it: too long.");`,
    "throw new RangeError(`Cannot do it: ${1} is too long.`);",
  ].map((source): Fixture => ({
    rule: "error-message",
    about: source,
    path: "api/kv.ts",
    source,
  })),
];

const GOOD: readonly Fixture[] = [
  ...([
    ["errors/handler.ts", "./codes.ts"],
    ["errors/deep/a.ts", "../codes.ts"],
    ["proto/methods.ts", "./gen/descriptor.ts"],
    ["balancers/_pool.ts", "../errors/mod.ts"],
    ["balancers/_pool.ts", "../proto/method.ts"],
    ["api/kv.ts", "../balancers/strategy.ts"],
    ["api/deep/a.ts", "../../errors/mod.ts"],
    ["gateway/gateway.ts", "../balancers/mod.ts"],
    ["gateway/main.ts", "../mod.ts"],
    ["gateway/_cluster_access.ts", "../mod.ts"],
    ["gateway/main.ts", "./gateway.ts"],
    ["mod.ts", "./api/client.ts"],
    ["tools/compare.ts", "../mod.ts"],
    ["tools/compare.ts", "@etcdeno/client"],
    ["tools/compare.ts", "../tests/harness/cluster.ts"],
    ["tools/compare.ts", "../tests/scenarios/put.ts"],
    ["bench/main.ts", "../tests/harness/cluster.ts"],
    ["tests/unit/kv_test.ts", "../../api/kv.ts"],
    ["tests/harness/cluster.ts", "../../proto/methods.ts"],
    ["errors/a.ts", "node:buffer"],
  ] as const).map(([path, target]): Fixture => ({
    rule: "direction",
    about: `${path} to ${target}`,
    path,
    source: `import "${target}"; export type A = import("${target}").A;`,
  })),
  ...([
    ["balancers/_sub_connection.ts", "@grpc/grpc-js"],
    ["api/_stream.ts", "@grpc/grpc-js"],
    ["tests/harness/fake_server.ts", "@grpc/grpc-js"],
    ["bench/main.ts", "@grpc/grpc-js"],
    ["proto/method.ts", "protobufjs/light.js"],
    ["api/_telemetry.ts", "@opentelemetry/api"],
    ["tools/gen_proto.ts", "protobufjs"],
    ["tests/unit/kv_test.ts", "@std/assert"],
  ] as const).map(([path, name]): Fixture => ({
    rule: "packages",
    about: `${name} in ${path}`,
    path,
    source: `import "${name}";`,
  })),
  ...["api/kv.ts", "tests/unit/kv_test.ts", "proto/gen/big.ts"].map(
    (path): Fixture => ({
      rule: "max-lines",
      about: path,
      path,
      source: lines(path === "api/kv.ts" ? 250 : 2_000),
    }),
  ),
  ...["api/_retrying_caller.ts", "balancers/grpc1_23.ts", "mod.ts"].map(
    (path): Fixture => ({
      rule: "file-name",
      about: path,
      path,
      source: "export {};",
    }),
  ),
  {
    rule: "no-export-star",
    about: "named exports",
    path: "mod.ts",
    source: `export { type A, b } from "./errors/mod.ts";`,
  },
  {
    rule: "no-enum",
    about: "a union",
    path: "errors/codes.ts",
    source: `export type Code = "ok" | "not_found";`,
  },
  ...[
    "class A { #a = 1; constructor(a: number) { this.#a = a; } }",
    "class A { private constructor() {} }",
    "class A { protected a = 1; }",
  ].map((source): Fixture => ({
    rule: "hash-private",
    about: source,
    path: "api/client.ts",
    source,
  })),
  {
    rule: "no-event-emitter",
    about: "other node modules",
    path: "api/watch.ts",
    source: `import { posix } from "node:path";`,
  },
  ...[
    `throw new RangeError("Cannot do it: too long");`,
    `throw new RangeError("Cannot do it: waiting...");`,
    `throw new Failure("Not an error, by its name.");`,
  ].map((source): Fixture => ({
    rule: "error-message",
    about: source,
    path: "api/kv.ts",
    source,
  })),
];

for (const { rule, about, path, source } of BAD) {
  Deno.test(`lint ${rule} objects to ${about}`, () => {
    const found = broken(path, source);
    assertArrayIncludes(found, [rule]);
  });
}
for (const { rule, about, path, source } of GOOD) {
  Deno.test(`lint ${rule} accepts ${about}`, () => {
    assertEquals(broken(path, source), []);
  });
}

Deno.test("lint rules each have a fixture on either side", () => {
  const rules = Object.keys(plugin.rules).sort();
  const ruled = (fixtures: readonly Fixture[]) =>
    [...new Set(fixtures.map((one) => one.rule))].sort();
  assertEquals(ruled(BAD), rules);
  assertEquals(ruled(GOOD), rules);
});

Deno.test("lint leaves files outside of the project alone", () => {
  const found = Deno.lint.runPlugin(
    plugin,
    "/elsewhere/errors/a.ts",
    `import "../api/a.ts"; import "@grpc/grpc-js";`,
  );
  assertEquals(found, []);
});
