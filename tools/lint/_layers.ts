/**
 * Which folder may import which, as data: the lint plugin's knowledge of the
 * architecture. Paths are relative to the project, with forward slashes.
 *
 * @module
 */
import { ladderObjection, placeObjection } from "./_ladders.ts";
import { longestPlace } from "./_paths.ts";

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
  // Over the public API, with its way to check options and to wait, and what
  // keys over other keys are made of.
  "recipes/": [
    "mod.ts",
    "errors/",
    "api/checks/",
    "api/keyspace/",
    "api/values/",
    "api/waiting/",
  ],
  // It starts etcd, and knows of the client only how options are checked.
  "testing/": ["errors/", "api/checks/"],
  // It asks as any client does, by the public API.
  "testing/doctor/": [
    "mod.ts",
    "balancers/mod.ts",
    "errors/",
    "api/checks/",
  ],
  "gateway/": ["balancers/", "errors/"],
  "gateway/_cluster_access.ts": ["gateway/", "errors/", "mod.ts"],
  "gateway/main.ts": ["gateway/", "balancers/", "errors/", "mod.ts"],
  "tools/": [
    "mod.ts",
    "deno.json",
    "testing/",
    "tests/harness/",
    "tests/scenarios/",
    "tests/offline/",
  ],
  "bench/": [
    "mod.ts",
    "balancers/mod.ts",
    "recipes/mod.ts",
    "deno.json",
    // What the codec's benchmark measures.
    "proto/",
    "api/kv/_codec.ts",
    "testing/",
    "tests/harness/",
    "tests/scenarios/steps/",
    "tools/",
  ],
};
/** Why `from` must not import `to`; `undefined` if it may. */
export function importObjection(from: string, to: string): string | undefined {
  if (from.startsWith("tests/")) return undefined;
  if (to.startsWith("../")) return "it is outside of the project";
  return mayImport(from, to)
    ? placeObjection(to) ?? ladderObjection(from, to)
    : "see the direction rules in CONTRIBUTING.md";
}

function mayImport(from: string, to: string): boolean {
  const place = longestPlace(from, Object.keys(MAY_IMPORT));
  if (place === undefined) return !to.startsWith("api/");
  return [place, ...MAY_IMPORT[place] ?? []].some((allowed) =>
    to === allowed || (allowed.endsWith("/") && to.startsWith(allowed))
  );
}
