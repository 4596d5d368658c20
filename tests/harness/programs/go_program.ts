import { exists } from "../exists.ts";
import { cacheRoot } from "../../../testing/programs/_cache.ts";
import { run } from "./_run.ts";

/** The version of etcd's Go client that claims about it were made on. */
export const GO_CLIENT_VERSION = "3.6.16";

const DIGEST_BYTES = 4;
const BUILD =
  new URL("../../../tools/build/go_program.sh", import.meta.url).pathname;

/** A program over etcd's Go client. */
export interface GoProgram {
  readonly name: string;
  /** Its files. */
  readonly sources: readonly URL[];
}

/** A folder of its own for each text of the program. */
async function folderOf({ name, sources }: GoProgram): Promise<string> {
  const texts = await Promise.all(sources.map((url) => Deno.readFile(url)));
  const digest = await crypto.subtle.digest(
    "SHA-256",
    await new Blob(texts).arrayBuffer(),
  );
  const start = new Uint8Array(digest).subarray(0, DIGEST_BYTES).toHex();
  const root = cacheRoot({
    variable: (variable) => Deno.env.get(variable) || undefined,
  }, "go");
  return `${root}/${name}-${GO_CLIENT_VERSION}-${start}`;
}

/** Why the program is not there and cannot be built, if so. */
export async function whyNoGoProgram(
  program: GoProgram,
): Promise<string | undefined> {
  if (await exists(await folderOf(program))) return undefined;
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
export async function findGoProgram(program: GoProgram): Promise<string> {
  const folder = await folderOf(program);
  if (!await exists(folder)) {
    const sources = program.sources.map(({ pathname }) => pathname);
    await run("sh", [BUILD, GO_CLIENT_VERSION, folder, ...sources]);
  }
  return `${folder}/program`;
}
