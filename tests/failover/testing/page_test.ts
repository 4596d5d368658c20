// docs/testing.md and its example: word for word, and as a user runs them.
import { assertEquals, assertMatch } from "@std/assert";
import { waitFor } from "../../harness/mod.ts";
import { ROOT } from "../../unit/support/_program.ts";
import { CLAIM, COMMAND, TESTS } from "./_page.ts";
import { PERMISSIONS } from "./_permissions.ts";

const EXAMPLE = new URL("docs/examples/testing_deno/", ROOT);

/** Runs the tests at the top of the page, over what stands for `claim.ts`. */
async function runTests(claim: string, ...flags: readonly string[]) {
  const directory = await Deno.makeTempDir({ prefix: "etcdeno-page-" });
  try {
    await Deno.writeTextFile(`${directory}/claim.ts`, claim);
    await Deno.writeTextFile(`${directory}/claim_test.ts`, TESTS);
    const { stdout } = await new Deno.Command("deno", {
      args: [
        "test",
        "--no-lock",
        "--no-prompt",
        `--config=${new URL("deno.json", ROOT).pathname}`,
        ...PERMISSIONS,
        ...flags,
        directory,
      ],
      env: { TMPDIR: directory, NO_COLOR: "1" },
      stdin: "null",
      stderr: "null",
    }).output();
    await waitFor("the end of all that the tests have started", async () => {
      const left = await Array.fromAsync(Deno.readDir(directory));
      return left.every(({ isFile }) => isFile);
    });
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("docs/testing.md shows the example for Deno as it stands", async () => {
  const read = (name: string) => Deno.readTextFile(new URL(name, EXAMPLE));
  assertEquals(TESTS, await read("claim_test.ts"));
  assertEquals(CLAIM, await read("claim.ts"));
  const vitest = new URL("../testing_vitest/claim.ts", EXAMPLE);
  assertEquals(CLAIM, await Deno.readTextFile(vitest));
});

Deno.test("docs/testing.md lists the permissions that are enough", () => {
  assertEquals(COMMAND, ["deno", "test", ...PERMISSIONS]);
});

Deno.test("the tests of docs/testing.md pass, with the sanitizers and these permissions", async () => {
  // Their types are those of the example, which `deno task check` checks.
  const output = await runTests(CLAIM, "--no-check");
  assertMatch(output, /ok \| 2 passed \| 0 failed/);
});

Deno.test("the second test of docs/testing.md fails without the catch in claim(), and leaves nothing", async () => {
  const claim = CLAIM.replace(/if \(!error.retryable.*/, "throw error;");
  const output = await runTests(claim, "--no-check", "--filter=lost");
  assertMatch(output, /FAILED \| 0 passed \| 1 failed/);
});
