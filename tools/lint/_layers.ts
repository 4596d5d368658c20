/**
 * Which folder may import which, as data: the lint plugin's knowledge of the
 * architecture. Paths are relative to the project, with forward slashes.
 *
 * @module
 */
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const OWN_PACKAGE = "@etcdeno/client";

/**
 * Places are path prefixes; the longest one that fits a file counts, so that
 * `gateway/main.ts` can differ from `gateway/`. A folder may always import
 * itself. What is not listed (this table is also the list of folders) is free.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "mod.ts": ["api/", "balancers/", "errors/"],
  "errors/": [],
  "proto/": [],
  "balancers/": ["errors/", "proto/"],
  "api/": ["balancers/", "errors/", "proto/"],
  "gateway/": ["balancers/", "errors/"],
  "gateway/command/_cluster_access.ts": ["gateway/", "errors/", "mod.ts"],
  "gateway/main.ts": ["gateway/", "balancers/", "errors/", "mod.ts"],
  "tools/": [
    "mod.ts",
    "deno.json",
    "tests/harness/",
    "tests/scenarios/",
    "tests/offline/",
  ],
  "bench/": [
    "mod.ts",
    "deno.json",
    // What the codec's benchmark measures.
    "proto/",
    "api/kv/_codec.ts",
    "tests/harness/",
    "tools/",
  ],
};
/** Folders that `compare` runs outside of `deno test`. */
const USED_BY_COMMANDS = ["tests/harness/", "tests/scenarios/"];

/** The path inside the project, or `undefined` for a file outside of it. */
export function ownPath(filename: string): string | undefined {
  const path = filename.startsWith("file:")
    ? fileURLToPath(filename)
    : filename;
  return path.startsWith(ROOT) ? path.slice(ROOT.length) : undefined;
}

function longestPlace(path: string): string | undefined {
  return Object.keys(MAY_IMPORT)
    .filter((place) => path === place || path.startsWith(place))
    .sort((one, other) => other.length - one.length)[0];
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

/** Whether the direction rules let `from` import `to`. */
export function mayImport(from: string, to: string): boolean {
  if (from.startsWith("tests/")) return true;
  const place = longestPlace(from);
  if (place === undefined) return !to.startsWith("api/");
  return [place, ...MAY_IMPORT[place] ?? []].some((allowed) =>
    to === allowed || (allowed.endsWith("/") && to.startsWith(allowed))
  );
}

interface PackageRule {
  readonly name: RegExp;
  readonly where: string;
  allows(from: string): boolean;
}

const inside = (from: string, ...places: readonly string[]) =>
  places.some((place) => from.startsWith(place));

const PACKAGES: readonly PackageRule[] = [
  {
    name: /^@grpc\/(grpc-js|proto-loader)(@|\/|$)/,
    where: "only balancers/grpc_js/ and api/stream/_opener.ts know gRPC",
    allows: (from) =>
      inside(from, "balancers/grpc_js/") ||
      from === "api/stream/_opener.ts" ||
      inside(from, "tests/", "bench/"),
  },
  {
    name: /^protobufjs(-cli)?(@|\/|$)/,
    where: "only proto/ knows the codec",
    allows: (from) => inside(from, "proto/", "tests/", "bench/", "tools/"),
  },
  {
    name: /^@opentelemetry\//,
    where: "only api/telemetry/_telemetry.ts knows OpenTelemetry",
    allows: (from) =>
      from === "api/telemetry/_telemetry.ts" || inside(from, "tests/"),
  },
  {
    name: /^@std\/assert(@|\/|$)/,
    where: "only tests assert; the harness also serves `deno task compare`, " +
      "which runs without jsr.io",
    allows: (from) =>
      inside(from, "tests/") && !inside(from, ...USED_BY_COMMANDS),
  },
];

/** `undefined` if `from` may import the package, else the reason why not. */
export function mayUsePackage(
  from: string,
  specifier: string,
): string | undefined {
  const name = specifier.replace(/^(npm|jsr):\/?/, "");
  return PACKAGES.find((rule) => rule.name.test(name) && !rule.allows(from))
    ?.where;
}
