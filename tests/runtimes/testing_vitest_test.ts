// The testing kit from the package, in Vitest as npm has it.
import { assertEquals, assertMatch } from "@std/assert";
import { copyExample } from "./_example.ts";
import { placeOn } from "./_user_folder.ts";

const place = await placeOn("node22", {
  also: ["@peculiar/x509", "reflect-metadata"],
});

if ("missing" in place) {
  Deno.test.ignore(`Vitest | not run: ${place.missing}`, () => {});
} else {
  const { runtime: { path }, folder } = place;
  Deno.test("Vitest | docs/examples/testing_vitest passes with the package, in processes and in threads", async () => {
    await using example = await copyExample("testing_vitest", folder);
    const installed = await example.run([
      "npm",
      "install",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ]);
    assertEquals(installed.code, 0, installed.output);
    const program = "node_modules/vitest/vitest.mjs";
    for (const pool of ["forks", "threads"]) {
      const { code, output } = await example.run([
        path,
        program,
        "run",
        `--pool=${pool}`,
      ]);
      assertEquals(code, 0, output);
      assertMatch(output, /Tests {2}2 passed \(2\)/);
    }
  });
}
