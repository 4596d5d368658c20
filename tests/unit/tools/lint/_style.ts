/** What the house style forbids and what it allows. */
import type { Fixture } from "./_fixture.ts";

const lines = (count: number) => "export {};\n" + "// line\n".repeat(count - 1);

/** What the rules object to. */
export const BAD_STYLE: readonly Fixture[] = [
  ...[
    "api/kv/kv.ts",
    "tests/unit/kv_test.ts",
    "tests/scenarios/leases/leases.ts",
  ].map(
    (path): Fixture => ({
      rule: "max-lines",
      about: `251 lines in ${path}`,
      path,
      source: lines(251),
    }),
  ),
  ...[
    "api/kv/utils.ts",
    "api/kv/_util.ts",
    "api/kv/index.ts",
    "api/kv/keyValue.ts",
    "api/kv/helpers/a.ts",
    "api/keyValue/a.ts",
  ].map(
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
    path: "api/client/client.ts",
    source,
  })),
  ...["events", "node:events", "npm:events@3", "npm:eventemitter3"].map((
    name,
  ): Fixture => ({
    rule: "no-event-emitter",
    about: name,
    path: "api/watch/watch.ts",
    source: `import { EventEmitter } from "${name}";`,
  })),
  ...[
    `throw new RangeError("Cannot do it: too long.");`,
    "throw new RangeError(`Cannot do it: ${1} is too long.`);",
    `throw new RangeError("Cannot do it: " + "too long.");`,
    `throw new RangeError(a ? "Cannot do it: b." : "Cannot do it");`,
    `throw new RangeError(text ?? "Cannot do it: b.");`,
    `throw new Deno.errors.TimedOut("Cannot do it: too late.");`,
    `throw new DOMException("Cannot do it: too late.", "AbortError");`,
    `throw RangeError("Cannot do it: too long.");`,
    `class AError extends Error { constructor() { super("Cannot do it."); } }`,
  ].map((source): Fixture => ({
    rule: "error-message",
    about: source,
    path: "api/kv/kv.ts",
    source,
  })),
];

/** What they accept. */
export const GOOD_STYLE: readonly Fixture[] = [
  ...["api/kv/kv.ts", "tests/unit/kv_test.ts", "proto/gen/big.ts"].map(
    (path): Fixture => ({
      rule: "max-lines",
      about: path,
      path,
      source: lines(path === "proto/gen/big.ts" ? 2_000 : 250),
    }),
  ),
  {
    rule: "max-lines",
    about: "250 lines and what they import",
    path: "api/kv/kv.ts",
    source: `import type {\n  A,\n} from "./a.ts";\n${lines(250)}`,
  },
  ...["api/call/_retrying_caller.ts", "balancers/grpc1_23.ts", "mod.ts"].map(
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
    path: "api/client/client.ts",
    source,
  })),
  {
    rule: "no-event-emitter",
    about: "other node modules",
    path: "api/watch/watch.ts",
    source: `import { posix } from "node:path";`,
  },
  ...[
    `throw new RangeError("Cannot do it: too long");`,
    `throw new RangeError("Cannot do it: waiting...");`,
    `throw new Failure("Not an error, by its name.");`,
  ].map((source): Fixture => ({
    rule: "error-message",
    about: source,
    path: "api/kv/kv.ts",
    source,
  })),
];
