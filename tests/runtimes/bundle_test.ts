// One file of a program and the package, as those deploy who bundle.
import { assertEquals } from "@std/assert";
import { run } from "../harness/programs/_run.ts";
import { runUserProgram } from "./_program.ts";
import { placeOn } from "./_user_folder.ts";

const ESBUILD = "0.28.2";
const PROGRAM = `
import { Client } from "@etcdeno/client";
for (const transport of ["http2", "grpc-js"]) {
  const endpoints = "http://127.0.0.1:1";
  const client = new Client({ endpoints, transport, requestTimeoutMs: 500 });
  client.get("x").catch((error) => console.log(transport, error.code))
    .finally(() => client.close());
}
`;

const place = await placeOn("node22");
for (const format of ["esm", "cjs"]) {
  if ("missing" in place) {
    Deno.test.ignore(`${format} | not run: ${place.missing}`, () => {});
    continue;
  }
  Deno.test(`a bundle of the package runs without grpc-js, as ${format}`, async () => {
    const folder = await Deno.makeTempDir({ dir: place.folder });
    await Deno.writeTextFile(`${folder}/package.json`, "{}");
    await Deno.writeTextFile(`${folder}/main.mjs`, PROGRAM);
    await run("npm", [
      "install",
      "--no-audit",
      "--no-fund",
      `esbuild@${ESBUILD}`,
    ], { cwd: folder });
    const bundle = await run("node_modules/.bin/esbuild", [
      "main.mjs",
      "--bundle",
      "--platform=node",
      `--format=${format}`,
    ], { cwd: folder });
    const alone = { ...place, folder: await Deno.makeTempDir() };
    const { code, output, errors } = await runUserProgram(alone, {
      name: format === "esm" ? "bundle.mjs" : "bundle.cjs",
      program: bundle,
    });
    assertEquals(code, 0, errors);
    assertEquals(output.split("\n").toSorted(), [
      "grpc-js missing_package",
      "http2 unavailable",
    ]);
  });
}
