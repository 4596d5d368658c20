import { cachedNames, cacheRoot } from "../../../testing/programs/_cache.ts";
import { run } from "./_run.ts";

// What the claims about kine were made on.
const VERSION = "0.17.5";
const NEEDED = ["go", "cc"];
const BUILD = new URL("../../../tools/build/kine.sh", import.meta.url).pathname;

/** A kine, ready to be started. */
export interface Kine {
  /** Such as `0.17.5`. */
  readonly version: string;
  /** Its program. */
  readonly path: string;
}

function root(): string {
  return cacheRoot({
    variable: (variable) => Deno.env.get(variable) || undefined,
  }, "front");
}

/** Why there is no kine and none can be built, if that is so. */
export async function whyNoKine(): Promise<string | undefined> {
  if ((await cachedNames(root())).includes(`kine-${VERSION}`)) return undefined;
  for (const program of NEEDED) {
    try {
      await run("sh", ["-c", `command -v ${program}`]);
    } catch {
      return `it is built with Go and C, and there is no '${program}'`;
    }
  }
  return undefined;
}

/**
 * Finds kine in our cache (`etcdeno/front/` in `$XDG_CACHE_HOME` or
 * `~/.cache`), or builds it into that from its Go module, in some minutes.
 *
 * @throws {Error} If it cannot be built.
 */
export async function findKine(): Promise<Kine> {
  const path = `${root()}/kine-${VERSION}/kine`;
  if (!(await cachedNames(root())).includes(`kine-${VERSION}`)) {
    await run(BUILD, [VERSION]);
  }
  return { version: VERSION, path };
}
