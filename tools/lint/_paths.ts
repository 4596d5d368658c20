/** Paths inside the project, with forward slashes. */
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the project is. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));
const OWN_PACKAGE = "@etcdeno/client";

/** The path inside the project, or `undefined` for a file outside of it. */
export function ownPath(filename: string): string | undefined {
  const path = filename.startsWith("file:")
    ? fileURLToPath(filename)
    : filename;
  return path.startsWith(ROOT) ? path.slice(ROOT.length) : undefined;
}

/** The project file a specifier in `from` names; `undefined`: not ours. */
export function placeOf(from: string, specifier: string): string | undefined {
  const own = specifier.replace(/^jsr:\/?/, "");
  const subpath = new RegExp(`^${OWN_PACKAGE}(?:@[^/]*)?(?:/(.+))?$`).exec(own);
  if (subpath) return subpath[1] ? `${subpath[1]}/mod.ts` : "mod.ts";
  if (/^(\/|file:)/.test(specifier)) return ownPath(specifier);
  if (!specifier.startsWith(".")) return undefined;
  const path = posix.join(posix.dirname(from), specifier);
  return path.startsWith("../../") ? undefined : path;
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
