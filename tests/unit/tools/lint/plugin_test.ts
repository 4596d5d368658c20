import { assertArrayIncludes, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import plugin from "../../../../tools/lint/plugin.ts";
import type { Fixture } from "./_fixture.ts";
import { BAD_RUNTIMES, GOOD_RUNTIMES } from "./_any_runtime.ts";
import { BAD_DOCSTRINGS, GOOD_DOCSTRINGS } from "./_docstrings.ts";
import { BAD_FUNCTIONS, GOOD_FUNCTIONS } from "./_functions.ts";
import { BAD_CLOCKS, GOOD_CLOCKS } from "./_given_clock.ts";
import { BAD_IMPORTS, GOOD_IMPORTS } from "./_layers.ts";
import { BAD_STYLE, GOOD_STYLE } from "./_style.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** The ids of the rules that object to this source at this place. */
function broken(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, ROOT + path, source).map((found) =>
    found.id.replace("etcdeno/", "")
  );
}

const BAD: readonly Fixture[] = [
  ...BAD_DOCSTRINGS,
  ...BAD_FUNCTIONS,
  ...BAD_CLOCKS,
  ...BAD_IMPORTS,
  ...BAD_RUNTIMES,
  ...BAD_STYLE,
];
const GOOD: readonly Fixture[] = [
  ...GOOD_DOCSTRINGS,
  ...GOOD_FUNCTIONS,
  ...GOOD_CLOCKS,
  ...GOOD_IMPORTS,
  ...GOOD_RUNTIMES,
  ...GOOD_STYLE,
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
