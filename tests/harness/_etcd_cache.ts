import { compareVersions, fits, serverVersion } from "./_etcd_version.ts";
import {
  type Fetcher,
  type FetchOptions,
  isFile,
  type SearchPlaces,
  withTools,
} from "./_find_etcd.ts";
import type { EtcdBinaries } from "./launcher.ts";
import { TempRoot } from "./_supervisor.ts";

/** File beside a cached server that says where it came from. */
const ORIGIN_FILE = "origin";

/** Takes the newest cached server that fits. */
export async function searchCache(
  places: SearchPlaces,
  wanted: string,
  reasons: string[],
): Promise<EtcdBinaries | undefined> {
  const root = cacheRoot(places);
  const versions = (await childNames(root))
    .filter((name) => fits(name, wanted))
    .sort(compareVersions)
    .reverse();
  for (const name of versions) {
    try {
      return await fromCache(places, `${root}/${name}`);
    } catch (error) {
      // A damaged entry is as good as none; fetching replaces it.
      reasons.push(`Cache: ${(error as Error).message}`);
    }
  }
  if (versions.length === 0) reasons.push(`Cache: no ${wanted} in ${root}`);
  return undefined;
}

/**
 * Fetches a server into a directory of its own and moves that to its place in
 * the cache in one step: two processes doing so at once both get a whole one.
 */
export async function install(
  places: SearchPlaces,
  task: { fetcher: Fetcher; wanted: string; options: FetchOptions },
): Promise<EtcdBinaries> {
  const root = cacheRoot(places);
  await Deno.mkdir(root, { recursive: true, mode: 0o700 });
  await using work = await TempRoot.create({ dir: root, prefix: ".fetch-" });
  await checkOwner(root, work.path);
  const fresh = `${work.path}/new`;
  await Deno.mkdir(fresh);
  const origin = await task.fetcher.fetch(task.wanted, fresh, task.options);
  const version = await serverVersion(`${fresh}/etcd`);
  if (!fits(version, task.wanted)) {
    throw new Error(`it has ${version}, not ${task.wanted}`);
  }
  await Deno.writeTextFile(`${fresh}/${ORIGIN_FILE}`, `${origin}\n`);
  await moveInto(fresh, {
    target: `${root}/${version}`,
    discard: `${work.path}/old`,
  });
  task.options.onProgress?.(`Got etcd ${version} from ${origin}`);
  return await fromCache(places, `${root}/${version}`);
}

async function fromCache(
  places: SearchPlaces,
  directory: string,
): Promise<EtcdBinaries> {
  const etcd = `${directory}/etcd`;
  const version = await serverVersion(etcd);
  const origin = `${directory}/${ORIGIN_FILE}`;
  const from = await isFile(origin)
    ? ` (${(await Deno.readTextFile(origin)).trim()})`
    : "";
  return await withTools(places, { etcd, version, source: `cache${from}` });
}

/** Puts a directory in its place, unless a good one is there already. */
async function moveInto(
  fresh: string,
  places: { readonly target: string; readonly discard: string },
): Promise<void> {
  try {
    await Deno.rename(fresh, places.target);
  } catch (error) {
    // The only failure that is expected: another process was quicker, or what
    // is there does not run.
    if (!await isDirectory(places.target)) throw error;
    if (await runs(`${places.target}/etcd`)) return;
    await Deno.rename(places.target, places.discard);
    await Deno.rename(fresh, places.target);
  }
}

async function runs(etcd: string): Promise<boolean> {
  try {
    await serverVersion(etcd);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

/** Where fetched servers are kept. */
function cacheRoot(places: SearchPlaces): string {
  const home = places.variable("HOME");
  const caches = places.variable("XDG_CACHE_HOME") ??
    (home === undefined
      ? `${places.variable("TMPDIR") ?? "/tmp"}/etcdeno-cache`
      : `${home}/.cache`);
  return `${caches}/etcdeno/etcd`;
}

/** Refuses a cache that belongs to another user, as one below /tmp may. */
async function checkOwner(root: string, ours: string): Promise<void> {
  const [theirs, own] = await Promise.all([Deno.stat(root), Deno.stat(ours)]);
  if (theirs.uid !== own.uid) {
    throw new Error(`${root} belongs to another user`);
  }
}

async function childNames(directory: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(directory)) names.push(entry.name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
