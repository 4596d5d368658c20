// A machine that npm does not serve: the runtimes are skipped, with the reason.
import { assertEquals, assertMatch } from "@std/assert";
import { ROOT } from "../unit/support/_program.ts";

Deno.test("task test:runtimes skips what npm would have to serve, says why, and is green", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const npm = `${directory}/npm`;
    await Deno.writeTextFile(npm, "#!/bin/sh\necho no network >&2\nexit 1\n");
    await Deno.chmod(npm, 0o755);
    const { code, stdout } = await new Deno.Command("deno", {
      args: [
        "run",
        "-A",
        new URL("tools/task.ts", ROOT).pathname,
        "test:runtimes",
        "tests/runtimes/types_test.ts",
      ],
      cwd: ROOT,
      env: {
        NO_COLOR: "1",
        ETCDENO_JSR: "offline",
        PATH: `${directory}:${Deno.env.get("PATH")}`,
      },
      stdin: "null",
      stderr: "null",
    }).output();
    const told = new TextDecoder().decode(stdout);
    assertMatch(told, /not run: npm cannot serve packages: .*no network/);
    assertEquals(
      told.trimEnd().split("\n").at(-1),
      "0 passed, 0 failed, 1 skipped",
    );
    assertEquals(code, 0);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
