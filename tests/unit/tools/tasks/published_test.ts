// The files that a release consists of: what the entries need, and four more.
import { assertEquals } from "@std/assert";
import config from "../../../../deno.json" with { type: "json" };
import { importsIn } from "../../../../tools/lint/_circles.ts";
import { placeOf } from "../../../../tools/lint/_paths.ts";
import { ROOT } from "../../support/_program.ts";

/** What is published besides code. */
const TEXTS = ["CHANGELOG.md", "LICENSE", "README.md", "deno.json"];
const LAZY = /\bimport\("([^"]+)"\)/g;

/** The files that a file imports, at once or when they are needed. */
async function importsOf(path: string): Promise<readonly string[]> {
  const source = await Deno.readTextFile(new URL(path, ROOT));
  const lazy = [...source.matchAll(LAZY)]
    .flatMap(([, specifier = ""]) => placeOf(path, specifier) ?? []);
  return [...importsIn(path, source), ...lazy];
}

/** The files that the entries of the package lead to. */
async function neededFiles(): Promise<readonly string[]> {
  const found = new Set(
    Object.values(config.exports).map((path) => path.replace("./", "")),
  );
  for (const path of found) {
    for (const next of await importsOf(path)) found.add(next);
  }
  return [...found].sort();
}

/** What `deno publish` says that it would upload. */
async function publishedFiles(): Promise<readonly string[]> {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: ["publish", "--dry-run", "--allow-dirty", "--no-check"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const told = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  assertEquals(code, 0, told);
  return [...told.matchAll(/^\s*(file:\S+) \(/gm)]
    .map(([, url = ""]) => url.slice(ROOT.href.length)).sort();
}

Deno.test("deno publish takes what the entries import, the texts, and nothing else", async () => {
  const expected = [...TEXTS, ...await neededFiles()].sort();
  assertEquals(await publishedFiles(), expected);
});

Deno.test("the version of a release stands in deno.json and in the changelog, and nowhere else", async () => {
  const names: string[] = [];
  for (const path of await publishedFiles()) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    if (text.includes(config.version)) names.push(path);
  }
  assertEquals(names, ["CHANGELOG.md", "deno.json"]);
});
