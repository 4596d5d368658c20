/** The circles of files that import each other, types included. */
import { placeOf, ROOT } from "./_paths.ts";

const IMPORT = /^(?:import|export)\b[^"';]*?from "([^"]+)"|^import "([^"]+)"/gm;

/** What each file imports, as far as it was read. */
const read = new Map<string, readonly string[]>();

function importsIn(path: string, source: string): readonly string[] {
  return [...source.matchAll(IMPORT)]
    .map(([, from, bare]) => placeOf(path, from ?? bare ?? ""))
    .filter((to) => to !== undefined && to.endsWith(".ts")) as string[];
}

function importsOf(path: string): readonly string[] {
  const known = read.get(path);
  if (known !== undefined) return known;
  let source = "";
  try {
    source = Deno.readTextFileSync(ROOT + path);
  } catch {
    // The type check tells of a file that is not there.
  }
  const imports = importsIn(path, source);
  read.set(path, imports);
  return imports;
}

/** The way from what a file imports back to the file; `undefined`: there is none. */
export function circleThrough(
  path: string,
  source: string,
): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [...importsIn(path, source)];
  for (const first of queue) cameFrom.set(first, path);
  for (const at of queue) {
    if (at === path) break;
    for (const next of importsOf(at)) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, at);
      queue.push(next);
    }
  }
  if (!cameFrom.has(path)) return undefined;
  const way = [path];
  do way.unshift(cameFrom.get(way[0] ?? path) ?? path); while (way[0] !== path);
  return way;
}
