// The page for maintainers: it knows every room, and no other.
import { assertEquals } from "@std/assert";
import { exists } from "../../harness/mod.ts";
import { LADDERS } from "../../../tools/lint/_ladders.ts";

const ROOT = new URL("../../../", import.meta.url);
const page = await Deno.readTextFile(new URL("docs/architecture.md", ROOT));

Deno.test("docs/architecture.md names every room", async () => {
  const unnamed = [];
  for (const room of Object.values(LADDERS).flat()) {
    if (!room.endsWith("/") || !await exists(new URL(room, ROOT))) continue;
    const inner = room.split("/").at(-2);
    if (!new RegExp(`\\b${inner}/`).test(page)) unnamed.push(room);
  }
  assertEquals(unnamed, []);
});

Deno.test("docs/architecture.md names no path that is not there", async () => {
  const paths = [...page.matchAll(/`([\w.]+\/[\w./]*|mod\.ts)`/g)].map(
    ([, path = ""]) => path,
  ).filter((path) => !["run/", "result/", "report/", "html/"].includes(path));
  const missing = [];
  for (const path of paths) {
    if (!await exists(new URL(path, ROOT))) missing.push(path);
  }
  assertEquals(missing, []);
});
