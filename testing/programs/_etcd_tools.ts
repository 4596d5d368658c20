import { series, toolVersion } from "./_etcd_version.ts";
import type { SearchPlaces } from "./_fetcher.ts";
import { isFile } from "./_is_file.ts";
import type { EtcdBinaries } from "./etcd_binaries.ts";

/** Adds the tools of the same series, from beside the server or `PATH`. */
export async function withTools(
  places: SearchPlaces,
  server: { etcd: string; version: string; source: string },
): Promise<EtcdBinaries> {
  const beside = server.etcd.slice(0, server.etcd.lastIndexOf("/"));
  const find = async (name: string): Promise<string | undefined> => {
    const candidates = [`${beside}/${name}`, ...await onPath(places, name)];
    for (const path of candidates) {
      if (!await isFile(path)) continue;
      const version = await toolVersion(path);
      if (version && series(version) === series(server.version)) return path;
    }
    return undefined;
  };
  return {
    version: server.version,
    etcd: server.etcd,
    etcdctl: await find("etcdctl"),
    etcdutl: await find("etcdutl"),
    source: server.source,
  };
}

/** The files of a name in the directories of `PATH`, in their order. */
export async function onPath(
  places: SearchPlaces,
  name: string,
): Promise<string[]> {
  const directories = (places.variable("PATH") ?? "").split(":");
  const paths: string[] = [];
  for (const directory of new Set(directories)) {
    // A relative entry would mean another program in each directory.
    const path = `${directory}/${name}`;
    if (directory.startsWith("/") && await isFile(path)) paths.push(path);
  }
  return paths;
}
