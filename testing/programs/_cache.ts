import { mkdir, readdir, rename, stat } from "node:fs/promises";
import type { CodedError } from "../errors/mod.ts";
import { TempRoot } from "../process/mod.ts";

/** The variables that say where things are kept. */
export interface Variables {
  variable(name: string): string | undefined;
}

/** The folder of fetched programs of a kind. */
export function cacheRoot(places: Variables, kind: string): string {
  const home = places.variable("HOME");
  const caches = places.variable("XDG_CACHE_HOME") ??
    (home === undefined
      ? `${places.variable("TMPDIR") ?? "/tmp"}/etcdeno-cache`
      : `${home}/.cache`);
  return `${caches}/etcdeno/${kind}`;
}

/** The names in a cache. */
export async function cachedNames(root: string): Promise<string[]> {
  try {
    return await readdir(root);
  } catch (error) {
    if ((error as CodedError).code === "ENOENT") return [];
    throw error;
  }
}

/** A thing to be put into a cache. */
export interface CacheEntry {
  /** Fills a directory; resolves to its name in the cache. */
  fill(directory: string): Promise<string>;
  /** Whether what is in a directory works. */
  works(directory: string): Promise<boolean>;
}

/**
 * Fills a directory of its own and moves that to its place in the cache in one
 * step: two processes doing so at once both get a whole one.
 */
export async function addToCache(
  root: string,
  entry: CacheEntry,
): Promise<string> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const work = await TempRoot.create({ dir: root, prefix: ".fetch-" });
  try {
    await checkOwner(root, work.path);
    return await moveInto(root, { work: work.path, entry });
  } finally {
    await work.close();
  }
}

async function moveInto(
  root: string,
  { work, entry }: { readonly work: string; readonly entry: CacheEntry },
): Promise<string> {
  const fresh = `${work}/new`;
  await mkdir(fresh);
  const target = `${root}/${await entry.fill(fresh)}`;
  try {
    await rename(fresh, target);
  } catch (error) {
    // The only failure that is expected: another process was quicker, or what
    // is there does not run.
    if (!await isDirectory(target)) throw error;
    if (await entry.works(target)) return target;
    await rename(target, `${work}/old`);
    await rename(fresh, target);
  }
  return target;
}

/** Refuses a cache that belongs to another user, as one below /tmp may. */
async function checkOwner(root: string, ours: string): Promise<void> {
  const [theirs, own] = await Promise.all([stat(root), stat(ours)]);
  if (theirs.uid !== own.uid) {
    throw new Error(`${root} belongs to another user`);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if ((error as CodedError).code === "ENOENT") return false;
    throw error;
  }
}
