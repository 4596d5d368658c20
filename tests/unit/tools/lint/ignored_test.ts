// A comment can switch a rule off: one of ours never is, nor are all at once.
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const FOLDERS = ["api", "balancers", "bench", "errors", "gateway", "tools"];
const ALL = /deno-lint-ignore(-file)?\s*(--|$)/m;
const OURS = /deno-lint-ignore.*\betcdeno\//;

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(ROOT + folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

Deno.test("no file switches off a lint rule of ours, or all of them", async () => {
  const found: string[] = [];
  let read = 0;
  for (const folder of FOLDERS) {
    for await (const path of sources(folder)) {
      const text = await Deno.readTextFile(ROOT + path);
      read++;
      if (ALL.test(text) || OURS.test(text)) found.push(path);
    }
  }
  assertEquals(found, []);
  assert(read > 200, `${read} files were read`);
});
