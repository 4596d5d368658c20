/** What the library may use of its runtime. */
import type { Fixture } from "./_fixture.ts";

const rule = "any-runtime";
const path = "api/kv/kv.ts";

/** What the rule objects to. */
export const BAD_RUNTIMES: readonly Fixture[] = [
  "export const args = Deno.args;",
  "export const deno = globalThis.Deno;",
  "export const deno = (globalThis as { Deno?: object }).Deno;",
  "export type Connection = Deno.TcpConn;",
  "export async function a() { await using b = open(); }",
  "export function a() { using b = open(); }",
  "export async function a() { for await (using b of c) b.d(); }",
].flatMap((source) =>
  [path, "testing/process/_run.ts"].map((path) => ({
    rule,
    about: `${source} in ${path}`,
    path,
    source,
  }))
);

/** What it accepts. */
export const GOOD_RUNTIMES: readonly Fixture[] = [
  {
    rule,
    about: "a word in a text, and what all runtimes have",
    path,
    source: `import { inspect } from "node:util";
      export const text = "Deno.customInspect" + inspect(globalThis.crypto);`,
  },
  {
    rule,
    about: "the file that asks Deno, where Deno is",
    path: "balancers/transport/_deno.ts",
    source: "export const deno = (globalThis as { Deno?: object }).Deno;",
  },
  ...["gateway/main.ts", "tools/task.ts", "tests/harness/a.ts"].map((
    place,
  ): Fixture => ({
    rule,
    about: `Deno in ${place}`,
    path: place,
    source: "export async function a() { await using b = Deno.open(); }",
  })),
];
