import { realpath } from "node:fs/promises";
import {
  helpFor,
  reasonInLog,
  reasonOf,
  TestingError,
  type TestingFailure,
} from "../errors/mod.ts";
import { install, searchCache } from "./_etcd_cache.ts";
import {
  checkWanted,
  compareVersions,
  fits,
  serverVersion,
} from "./_etcd_version.ts";
import type { Search, SearchPlaces } from "./_fetcher.ts";
import { onPath, withTools } from "./_etcd_tools.ts";
import type { EtcdBinaries } from "./etcd_binaries.ts";
import type { FetchOptions, FindOptions } from "./find_options.ts";

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
  if (chosen !== undefined) {
    return await useChosen(places, { path: chosen, asked });
  }
  const reasons: string[] = [];
  return await searchPath(places, { wanted, reasons }) ??
    await searchCache(places, { wanted, reasons }) ??
    await fetchAny(places, { wanted, reasons, options });
}

/** Takes the server of `ETCD_BIN`, or says why it cannot be taken. */
async function useChosen(
  places: SearchPlaces,
  { path, asked }: {
    readonly path: string;
    readonly asked: string | undefined;
  },
): Promise<EtcdBinaries> {
  let etcd: string;
  let version: string;
  try {
    etcd = await realpath(path);
    version = await serverVersion(etcd);
  } catch (cause) {
    const reason = reasonOf(cause) ?? "version";
    throw new TestingError(
      `Cannot use ETCD_BIN="${path}": ${(cause as Error).message}`,
      { reason, help: helpFor(reason), cause },
    );
  }
  if (asked !== undefined && !fits(version, asked)) {
    throw new TestingError(
      `Cannot use ETCD_BIN="${path}": it is etcd ${version}, but ${asked} was asked for`,
      { reason: "version" },
    );
  }
  return await withTools(places, { etcd, version, source: "ETCD_BIN" });
}

/** Takes the first server on `PATH` that fits; the others do not count. */
async function searchPath(
  places: SearchPlaces,
  { wanted, reasons }: Search,
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
  search: Search & { readonly options: FetchOptions },
): Promise<EtcdBinaries> {
  const { wanted, reasons, options } = search;
  const failures: unknown[] = [];
  for (const fetcher of places.fetchers) {
    options.signal?.throwIfAborted();
    try {
      return await install(places, { fetcher, wanted, options });
    } catch (error) {
      options.signal?.throwIfAborted();
      // The next place may have it; the last error message has all reasons.
      failures.push(error);
      const reason = `${fetcher.name}: ${messageOf(error)}`;
      reasons.push(reason);
      options.onProgress?.(reason);
    }
  }
  const reason = failures.map(reasonOfFetch).find((found) => found) ??
    "version";
  throw new TestingError(
    `Cannot find an etcd ${wanted} server:\n${
      reasons.map((reason) => `  - ${reason}`).join("\n")
    }`,
    {
      reason,
      help: [...helpFor(reason), ...waysOut(wanted)],
      cause: failures.at(-1),
    },
  );
}

function waysOut(wanted: string): readonly string[] {
  const ways = [
    `set ETCD_BIN to the path of an etcd ${wanted} binary`,
    "put one on PATH",
    "let this machine reach deb.debian.org or github.com once",
  ];
  // The Go module that is built has been there since 3.5.
  return compareVersions(wanted, "3.5") < 0 ? ways : [
    ...ways,
    `run tools/build/etcd.sh ${wanted} where there is Go, from etcdeno's repository`,
  ];
}

function reasonOfFetch(error: unknown): TestingFailure | undefined {
  return reasonOf(error) ?? reasonInLog(messageOf(error));
}

/** The message of an error, and of its cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause === undefined ? message : `${message}: ${messageOf(cause)}`;
}
