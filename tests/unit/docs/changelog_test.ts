// The changelog: what it may say, as long as nothing is released.
import { assert, assertEquals } from "@std/assert";
import config from "../../../deno.json" with { type: "json" };
import { ROOT } from "../support/_program.ts";

const KINDS = [
  "Added",
  "Changed",
  "Deprecated",
  "Removed",
  "Fixed",
  "Security",
];

/** The versions of the changelog, newest first, with the kinds of each. */
async function versions(): Promise<
  readonly { readonly version: string; readonly kinds: readonly string[] }[]
> {
  const text = await Deno.readTextFile(new URL("CHANGELOG.md", ROOT));
  const [, ...parts] = text.split(/^## /m);
  return parts.map((part) => ({
    version: part.split("\n")[0]?.split(" ")[0] ?? "",
    kinds: [...part.matchAll(/^### (.*)$/gm)].map(([, kind = ""]) => kind),
  }));
}

Deno.test("CHANGELOG has 'Fixed' only where an earlier version was released", async () => {
  const all = await versions();
  assertEquals(all[0]?.version, "Unreleased");
  const [first] = all.toReversed();
  assert(first !== undefined);
  assertEquals(first.kinds.filter((kind) => kind === "Fixed"), []);
  for (const { version, kinds } of all) {
    assertEquals(kinds.filter((kind) => !KINDS.includes(kind)), [], version);
    assertEquals(new Set(kinds).size, kinds.length, version);
  }
});

Deno.test("CHANGELOG's newest release is the version of deno.json", async () => {
  const [, newest] = await versions();
  if (newest !== undefined) assertEquals(newest.version, config.version);
});
