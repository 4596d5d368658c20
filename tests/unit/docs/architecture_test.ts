// The page for maintainers: it knows every room, and no other.
import { assertEquals } from "@std/assert";
import { LADDERS } from "../../../tools/lint/_ladders.ts";

const ROOT = new URL("../../../", import.meta.url);
const page = await Deno.readTextFile(new URL("docs/architecture.md", ROOT));

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(new URL(path, ROOT));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test("docs/architecture.md names every room", async () => {
  const unnamed = [];
  for (const room of Object.values(LADDERS).flat()) {
    if (!room.endsWith("/") || !await exists(room)) continue;
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
  for (const path of paths) if (!await exists(path)) missing.push(path);
  assertEquals(missing, []);
});
