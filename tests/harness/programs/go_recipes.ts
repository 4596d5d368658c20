import { exists } from "../exists.ts";
import { cacheRoot } from "./_cache.ts";
import { run } from "./_run.ts";

// What the claims about Go's recipes were made on.
const VERSION = "3.6.16";
const DIGEST_BYTES = 4;
const BUILD =
  new URL("../../../tools/build/go_recipes.sh", import.meta.url).pathname;
const SOURCE =
  new URL("../../../bench/peers/recipes.go", import.meta.url).pathname;

/** A folder of its own for each text of the program. */
async function folder(): Promise<string> {
  const source = await Deno.readFile(SOURCE);
  const digest = await crypto.subtle.digest("SHA-256", source);
  const start = new Uint8Array(digest).subarray(0, DIGEST_BYTES).toHex();
  const root = cacheRoot({
    variable: (variable) => Deno.env.get(variable) || undefined,
  }, "go");
  return `${root}/recipes-${VERSION}-${start}`;
}

/** Why there is no program with Go's recipes and none can be built, if so. */
export async function whyNoGoRecipes(): Promise<string | undefined> {
  if (await exists(await folder())) return undefined;
  try {
    await run("sh", ["-c", "command -v go"]);
    return undefined;
  } catch {
    return "it is built with Go, and there is none";
  }
}

/**
 * Finds the program in our cache (`etcdeno/go/` in `$XDG_CACHE_HOME` or
 * `~/.cache`), or builds it into that from etcd's Go modules.
 *
 * @throws {Error} If it cannot be built.
 */
export async function findGoRecipes(): Promise<string> {
  const place = await folder();
  if (!await exists(place)) await run(BUILD, [VERSION, SOURCE, place]);
  return `${place}/recipes`;
}
