import { assertEquals, assertStringIncludes } from "@std/assert";
import { startEtcd } from "../../harness/mod.ts";
import { ROOT, RUN } from "../support/_program.ts";
import { readPage, snippet } from "./_pages.ts";

Deno.test("README's quick start runs with README's permissions", async () => {
  const page = await readPage("README.md");
  const install = page.blocks.filter(({ heading }) => heading === "Install");
  const permissions = /deno run (.*) main\.ts/
    .exec(install.map(({ text }) => text).join(""))?.[1];
  assertStringIncludes(permissions ?? "", "--allow-net");
  await using cluster = await startEtcd({ members: 1 });
  const endpoint = cluster.members[0]?.endpoint ?? "";
  const directory = await Deno.makeTempDir();
  try {
    const program = snippet(page, { heading: "Quick start" })
      .replace("http://127.0.0.1:2379", endpoint);
    assertStringIncludes(program, endpoint);
    const file = `${directory}/main.ts`;
    // The package's name leads to the working tree.
    await Deno.writeTextFile(
      file,
      program.replace('"@etcdeno/client"', `"${new URL("mod.ts", ROOT)}"`),
    );
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...RUN, ...(permissions ?? "").split(" "), file],
    }).output();
    const errors = new TextDecoder().decode(stderr);
    assertEquals(code, 0, errors);
    assertEquals(
      new TextDecoder().decode(stdout).trim().split("\n").map((line) =>
        line.replace(/\d+n$/, "N")
      ),
      ["ready at revision N", "claimed: mine", "jobs/1 = mine"],
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
