/** The folder that keeps the peers' programs once they are built. */
import { exists } from "../../tests/harness/mod.ts";

function cachePath(name: string): string {
  const home = Deno.env.get("XDG_CACHE_HOME") ??
    `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  return `${home}/etcdeno/bench/${name}`;
}

/** A folder of the cache, made by `build` unless it is there. */
export async function cached(
  name: string,
  build: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = cachePath(name);
  if (await exists(folder)) return folder;
  const root = folder.slice(0, -name.length);
  await Deno.mkdir(root, { recursive: true });
  const work = await Deno.makeTempDir({ dir: root, prefix: ".build-" });
  try {
    await build(work);
    await Deno.rename(work, folder);
  } catch (error) {
    await Deno.remove(work, { recursive: true });
    // Somebody else was quicker: theirs is as good.
    if (!await exists(folder)) throw error;
  }
  return folder;
}
