/** Sizes and parameters of functions that are too many, and that are not. */
import type { Fixture } from "./_fixture.ts";

const PATH = "balancers/strategy.ts";
const body = (lines: number) => "{\n" + "  a();\n".repeat(lines - 2) + "}";

/** What the rules object to. */
export const BAD_FUNCTIONS: readonly Fixture[] = [
  ...[
    `function a() ${body(41)}`,
    `class A { a() ${body(41)} }`,
    `const a = () => ${body(41)};`,
    `const a = { b() ${body(41)} };`,
    `class A { static ${body(41)} }`,
  ].map((source): Fixture => ({
    rule: "max-function-lines",
    about: source.slice(0, 20),
    path: PATH,
    source,
  })),
  ...[
    "function a(b: A, c: B, d: C, e: D) {}",
    "function a(b: A, c: B, d: number) {}",
    "function a(b: A, c: B, d = true) {}",
    "class A { constructor(b: A, c: B, d: string) {} }",
    "const a = (b: A, c: B, { d }: C, e: D) => {};",
    `function a(b: A, c: B, d: "e" | "f") {}`,
    "function a(b: A, c: B, d: string | undefined) {}",
    `type D = "e" | "f"; function a(b: A, c: B, d: D) {}`,
    "function a(b: A, c: B, d: D) {} type D = number;",
    "function a(b: A, c: B, d: ReadonlyMap<string, string>) {}",
    "function a(b: A, c: B, d: Uint8Array<ArrayBuffer>) {}",
    "function a(b: A, ...rest: [c: B, d: number]) {}",
    "function a(b: A, ...rest: readonly [c: B, d: C]) {}",
    "interface A { a(b: A, c: B, d: number): void }",
    "type E = (b: A, c: B, d: number) => void;",
    "abstract class A { abstract a(b: A, c: B, d: number): void; }",
    "declare function a(b: A, c: B, d: number): void;",
    "list.map((b: A, c: B, d: number) => {});",
    "function a(ks: Keyspace, b: A, c: B, d: () => void) {}",
  ].map((source): Fixture => ({
    rule: "max-positionals",
    about: source,
    path: PATH,
    source,
  })),
  ...[
    "function a(b: A, c: B, d: C, e: D) {}",
    "function a(ks: Keyspace, b: A, c: B, d: number) {}",
    "function a(ks: Keyspace, b: A, c: B, d: C, e: number) {}",
    "function a(ks: Keyspace, b: A, c: B, d: C, e: D, f: E) {}",
  ].map((source): Fixture => ({
    rule: "max-positionals",
    about: `in a recipe, ${source}`,
    path: "recipes/update/update.ts",
    source,
  })),
];

/** What they accept. */
export const GOOD_FUNCTIONS: readonly Fixture[] = [
  {
    rule: "max-function-lines",
    about: "40 lines",
    path: PATH,
    source: `function a() ${body(40)}`,
  },
  {
    rule: "max-function-lines",
    about: "many lines of a test",
    path: "tests/unit/a_test.ts",
    source: `Deno.test("a", () => ${body(60)});`,
  },
  ...[
    "function a(b: number, c: string) {}",
    "function a(b: A, c: B, { d, e }: C = {}) {}",
    "function a(b: A, c: B, options?: C & D) {}",
    "function a(b: A, c: B, done: () => void) {}",
    "function a(this: A, b: A, c: B, d: C) {}",
    "function a(b: A, ...rest: number[]) {}",
    "function a(b: A, c: B, d: C | undefined) {}",
    "function a(b: A, ...rest: [c: B]) {}",
    // The call says what it hands over.
    "text.replace(/a/, (all, one, other) => one + other);",
    "type D = { e: number }; function a(b: A, c: B, d: D) {}",
  ].map((source): Fixture => ({
    rule: "max-positionals",
    about: source,
    path: PATH,
    source,
  })),
  ...[
    "function a(ks: Keyspace, b: A, c: B, d: C = {}) {}",
    "function a(ks: Keyspace, b: A, c: B, d: () => void, e?: E) {}",
  ].map((source): Fixture => ({
    rule: "max-positionals",
    about: `in a recipe, ${source}`,
    path: "recipes/update/update.ts",
    source,
  })),
  {
    rule: "max-positionals",
    about: "a condition as it is said",
    path: "api/kv/txn.ts",
    source: "interface A { a(b: A, is: B, c: bigint): void }",
  },
];
