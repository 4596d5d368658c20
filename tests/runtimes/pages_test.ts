// What the README and docs/runtimes.md show, word for word, as users run it.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { startEtcd } from "../harness/mod.ts";
import type { RuntimeName } from "../harness/programs/runtimes.ts";
import { readPage, snippet } from "../unit/docs/_pages.ts";
import { runUserProgram } from "./_program.ts";
import { placeOn } from "./_user_folder.ts";

const PRINTED = ["ready at revision N", "claimed: mine", "jobs/1 = mine"];
const OLDER = snippet(await readPage("docs/runtimes.md"), {
  heading: "Node 22",
});
const QUICK_START = snippet(await readPage("README.md"), {
  heading: "Quick start",
});

const PROGRAMS: readonly (readonly [RuntimeName, string, string, string])[] = [
  ["node22", "docs/runtimes.md", OLDER, "main.mjs"],
  ["node24", "README", QUICK_START, "main.mts"],
  ["bun", "README", QUICK_START, "main.ts"],
];

for (const [name, page, program, file] of PROGRAMS) {
  const place = await placeOn(name);
  if ("missing" in place) {
    Deno.test.ignore(`${name} | not run: ${place.missing}`, () => {});
    continue;
  }
  Deno.test(`${place.runtime.title} runs the quick start of ${page} as it stands`, async () => {
    await using cluster = await startEtcd({ members: 1 });
    const [endpoint = ""] = cluster.endpoints;
    const { code, output, errors } = await runUserProgram(place, {
      name: file,
      program: program.replaceAll("http://127.0.0.1:2379", endpoint),
    });
    assertStringIncludes(program, "http://127.0.0.1:2379");
    assertEquals(code, 0, errors);
    assertEquals(
      output.split("\n").map((line) => line.replace(/\d+n$/, "N")),
      PRINTED,
    );
  });
}

const IDLE = `
import { Client } from "@etcdeno/client";
const client = new Client({ endpoints: "http://127.0.0.1:2379" });
console.log(await client.get("x"));
`;

for (const name of ["node22", "node24", "bun"] as const) {
  const place = await placeOn(name);
  if ("missing" in place) {
    Deno.test.ignore(`${name} | not run: ${place.missing}`, () => {});
    continue;
  }
  Deno.test(`${place.runtime.title} ends a program whose client is idle, as docs/runtimes.md says`, async () => {
    await using cluster = await startEtcd({ members: 1 });
    const [endpoint = ""] = cluster.endpoints;
    const { code, output } = await runUserProgram(place, {
      name: "main.mjs",
      program: IDLE.replace("http://127.0.0.1:2379", endpoint),
    });
    assertEquals([code, output], [0, "undefined"]);
  });
}
