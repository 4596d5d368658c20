/** Paths inside the project, with forward slashes. */
import { posix, sep } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };

/** The root folder of the project. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** The path inside the project, or `undefined` for a file outside of it. */
export function ownPath(filename: string): string | undefined {
  const path = filename.startsWith("file:")
    ? fileURLToPath(filename)
    : filename;
  return path.startsWith(ROOT)
    ? path.slice(ROOT.length).replaceAll(sep, "/")
    : undefined;
}

/**
 * The project file a specifier in `from` names, or the path that leads out of
 * the project; `undefined` for a package.
 */
export function placeOf(from: string, specifier: string): string | undefined {
  const own = specifier.replace(/^jsr:\/?/, "").replace(/[?#].*$/, "");
  const subpath = new RegExp(`^${config.name}(?:@[^/]*)?(?:/(.+))?$`).exec(own);
  if (subpath) return entry(subpath[1]);
  if (/^(\/|file:)/.test(own)) return ownPath(own);
  if (!own.startsWith(".")) return undefined;
  // As one path: a way out of the project may lead back into it.
  return posix.relative(ROOT, posix.join(ROOT, posix.dirname(from), own));
}

/** The file of an entry of our package; none for what is not exported. */
function entry(subpath: string | undefined): string | undefined {
  const name = subpath === undefined ? "." : `./${subpath}`;
  const entries: Readonly<Record<string, string>> = config.exports;
  return entries[name]?.replace(/^\.\//, "");
}

/** The longest of these path prefixes that fits. */
export function longestPlace(
  path: string,
  places: readonly string[],
): string | undefined {
  return places
    .filter((place) => path === place || path.startsWith(place))
    .sort((one, other) => other.length - one.length)[0];
}
