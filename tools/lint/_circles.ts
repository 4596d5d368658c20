/** The circles of files that import each other, types included. */
import { placeOf, ROOT } from "./_paths.ts";

/** Imports and exports from a file, and types of it: not what is lazy. */
const IMPORT =
  /^(?:import|export)\b[^"'`;]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)\.[A-Z]|\btypeof import\("([^"]+)"\)/gm;
const COMMENT = /("(?:\\.|[^"\\\n])*")|\/\*[\s\S]*?\*\/|\/\/.*/g;

/** The imports of each file that was read. */
const read = new Map<string, readonly string[]>();

/** The files that a source imports, read as text: a plugin has no parser. */
export function importsIn(path: string, source: string): readonly string[] {
  const code = source.replaceAll(COMMENT, (_, text = "") => text);
  return [...code.matchAll(IMPORT)]
    .map(([, ...found]) => placeOf(path, found.find(Boolean) ?? ""))
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

/** The way from the imports of a file back to it; `undefined`: there is none. */
export function circleThrough(
  path: string,
  imports: readonly string[],
): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [...imports];
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
