import { assertEquals } from "@std/assert";
import { importsIn } from "../../../../tools/lint/_circles.ts";

const PATH = "api/waiting/a.ts";

for (
  const [about, source, expected] of [
    ["an import", `import { a } from "./b.ts";`, ["api/waiting/b.ts"]],
    ["a bare import", `import "./b.ts";`, ["api/waiting/b.ts"]],
    ["an export", `export { a } from "../b.ts";`, ["api/b.ts"]],
    ["an export of all", `export * from "../b.ts";`, ["api/b.ts"]],
    [
      "an import over several lines, with a comment",
      `import {\n  a, // it's "this"\n  type B,\n} from "./b.ts";`,
      ["api/waiting/b.ts"],
    ],
    [
      "the type of an import",
      `type A = import("./b.ts").A; type C = typeof import("./c.ts");`,
      ["api/waiting/b.ts", "api/waiting/c.ts"],
    ],
    ["our own package", `import "@etcdeno/client/errors";`, ["errors/mod.ts"]],
    ["no comment", `/*\nimport "./b.ts";\n*/\n// import "./c.ts"`, []],
    ["no package", `import { isIP } from "node:net";`, []],
    ["no lazy import", `await import("./b.ts");`, []],
    ["no address", `const a = "https://x"; // "\nimport "./b.ts";`, [
      "api/waiting/b.ts",
    ]],
  ] as const
) {
  Deno.test(`importsIn() finds ${about}`, () => {
    assertEquals(importsIn(PATH, source), [...expected]);
  });
}
