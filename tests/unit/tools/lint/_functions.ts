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
  ].map((source): Fixture => ({
    rule: "max-positionals",
    about: source,
    path: PATH,
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
  ].map((source): Fixture => ({
    rule: "max-positionals",
    about: source,
    path: PATH,
    source,
  })),
];
