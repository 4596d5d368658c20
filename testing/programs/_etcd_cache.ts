import { readFile, writeFile } from "node:fs/promises";
import { addToCache, cachedNames, cacheRoot } from "./_cache.ts";
import { compareVersions, fits, serverVersion } from "./_etcd_version.ts";
import { withTools } from "./_etcd_tools.ts";
import type { Fetcher, Search, SearchPlaces } from "./_fetcher.ts";
import { isFile } from "./_is_file.ts";
import type { EtcdBinaries } from "./etcd_binaries.ts";
import type { FetchOptions } from "./find_options.ts";

const KIND = "etcd";

/** File beside a cached server that says where it came from. */
const ORIGIN_FILE = "origin";

/** Takes the newest cached server that fits. */
export async function searchCache(
  places: SearchPlaces,
  { wanted, reasons }: Search,
): Promise<EtcdBinaries | undefined> {
  const root = cacheRoot(places, KIND);
  const versions = (await cachedNames(root))
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

/** Fetches a server into the cache. */
export async function install(
  places: SearchPlaces,
  task: { fetcher: Fetcher; wanted: string; options: FetchOptions },
): Promise<EtcdBinaries> {
  const { fetcher, wanted, options } = task;
  const place = await addToCache(cacheRoot(places, KIND), {
    async fill(directory) {
      const origin = await fetcher.fetch(wanted, directory, options);
      const version = await serverVersion(`${directory}/etcd`);
      if (!fits(version, wanted)) {
        throw new Error(`it has ${version}, not ${wanted}`);
      }
      await writeFile(`${directory}/${ORIGIN_FILE}`, `${origin}\n`);
      options.onProgress?.(`Got etcd ${version} from ${origin}`);
      return version;
    },
    works: (directory) => runs(`${directory}/etcd`),
  });
  return await fromCache(places, place);
}

async function fromCache(
  places: SearchPlaces,
  directory: string,
): Promise<EtcdBinaries> {
  const etcd = `${directory}/etcd`;
  const version = await serverVersion(etcd);
  const origin = `${directory}/${ORIGIN_FILE}`;
  const from = await isFile(origin)
    ? ` (${(await readFile(origin, "utf8")).trim()})`
    : "";
  return await withTools(places, { etcd, version, source: `cache${from}` });
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
