import { install, searchCache } from "./_etcd_cache.ts";
import {
  checkWanted,
  compareVersions,
  fits,
  series,
  serverVersion,
  toolVersion,
} from "./_etcd_version.ts";
import type { EtcdBinaries, FindOptions } from "./launcher.ts";

/** What every step of the search is given. */
export interface FetchOptions {
  /** Called with a line of text for each step that takes time. */
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** A place servers can be fetched from. */
export interface Fetcher {
  readonly name: string;
  /**
   * Puts `etcd`, and what else it has, into a directory; resolves to where
   * they came from, in words.
   */
  fetch(
    wanted: string,
    directory: string,
    options: FetchOptions,
  ): Promise<string>;
}

/** What the search looks at; tests bring their own. */
export interface SearchPlaces {
  variable(name: string): string | undefined;
  readonly fetchers: readonly Fetcher[];
}

/** The series the project's expectations are checked against by default. */
const DEFAULT_VERSION = "3.5";

/** The search behind `findEtcd`. */
export async function findEtcdIn(
  places: SearchPlaces,
  options: FindOptions,
): Promise<EtcdBinaries> {
  const asked = options.version ?? places.variable("ETCD_VERSION");
  const wanted = asked ?? DEFAULT_VERSION;
  checkWanted(wanted);
  const chosen = places.variable("ETCD_BIN");
  if (chosen !== undefined) return await useChosen(places, chosen, asked);
  const reasons: string[] = [];
  return await searchPath(places, wanted, reasons) ??
    await searchCache(places, wanted, reasons) ??
    await fetchAny(places, { wanted, reasons, options });
}

/** Takes the server of `ETCD_BIN`, or says why it cannot be taken. */
async function useChosen(
  places: SearchPlaces,
  path: string,
  asked: string | undefined,
): Promise<EtcdBinaries> {
  let etcd: string;
  let version: string;
  try {
    etcd = await Deno.realPath(path);
    version = await serverVersion(etcd);
  } catch (cause) {
    throw new Error(
      `Cannot use ETCD_BIN="${path}": ${(cause as Error).message}`,
      { cause },
    );
  }
  if (asked !== undefined && !fits(version, asked)) {
    throw new Error(
      `Cannot use ETCD_BIN="${path}": it is etcd ${version}, but ${asked} was asked for`,
    );
  }
  return await withTools(places, { etcd, version, source: "ETCD_BIN" });
}

/** Takes the first server on `PATH` that fits; the others do not count. */
async function searchPath(
  places: SearchPlaces,
  wanted: string,
  reasons: string[],
): Promise<EtcdBinaries | undefined> {
  const found: string[] = [];
  for (const etcd of await onPath(places, "etcd")) {
    const version = await serverVersion(etcd).catch((error: Error) => {
      found.push(error.message);
      return undefined;
    });
    if (version === undefined) continue;
    if (fits(version, wanted)) {
      return await withTools(places, { etcd, version, source: "PATH" });
    }
    found.push(`${etcd} is ${version}`);
  }
  reasons.push(`PATH: ${found.join(", ") || "no etcd there"}`);
  return undefined;
}

async function fetchAny(
  places: SearchPlaces,
  search: { wanted: string; reasons: string[]; options: FetchOptions },
): Promise<EtcdBinaries> {
  const { wanted, reasons, options } = search;
  for (const fetcher of places.fetchers) {
    options.signal?.throwIfAborted();
    try {
      return await install(places, { fetcher, wanted, options });
    } catch (error) {
      options.signal?.throwIfAborted();
      // The next place may have it; the last error message has all reasons.
      const reason = `${fetcher.name}: ${messageOf(error)}`;
      reasons.push(reason);
      options.onProgress?.(reason);
    }
  }
  throw new Error(
    `Cannot find an etcd ${wanted} server:\n${
      reasons.map((reason) => `  - ${reason}\n`).join("")
    }Any of these helps: ${waysOut(wanted).join("; ")}`,
  );
}

function waysOut(wanted: string): readonly string[] {
  const ways = [
    `set ETCD_BIN to the path of an etcd ${wanted} binary`,
    "put one on PATH",
    "let this machine reach deb.debian.org or github.com once",
  ];
  // The Go module that is built has been there since 3.5.
  return compareVersions(wanted, "3.5") < 0
    ? ways
    : [...ways, `run tools/build/etcd.sh ${wanted} where there is Go`];
}

/** What an error says, and what its cause does. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause === undefined ? message : `${message}: ${messageOf(cause)}`;
}

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

async function onPath(places: SearchPlaces, name: string): Promise<string[]> {
  const directories = (places.variable("PATH") ?? "").split(":");
  const paths: string[] = [];
  for (const directory of new Set(directories)) {
    // A relative entry would mean another program in each directory.
    const path = `${directory}/${name}`;
    if (directory.startsWith("/") && await isFile(path)) paths.push(path);
  }
  return paths;
}

/** Whether there is a file at `path`. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    if (error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}
