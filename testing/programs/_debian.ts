import { rename, rm } from "node:fs/promises";
import { Apt } from "./_apt.ts";
import { fits, series } from "./_etcd_version.ts";
import type { Fetcher } from "./_fetcher.ts";
import { isFile } from "./_is_file.ts";
import type { FetchOptions } from "./find_options.ts";

/** The Debian release that has an etcd of a series. */
const SUITES: Readonly<Record<string, string>> = {
  "3.4": "bookworm",
  "3.5": "trixie",
};

const PACKAGES = ["etcd-server", "etcd-client"];
const PROGRAMS = ["etcd", "etcdctl", "etcdutl"];

/** Debian's packages, without installing them. */
export function fetchFromDebian(): Fetcher {
  return { name: "Debian packages", fetch };
}

async function fetch(
  wanted: string,
  directory: string,
  { signal, onProgress }: FetchOptions,
): Promise<string> {
  const suite = SUITES[series(wanted)];
  if (suite === undefined) throw new Error(`no release has etcd ${wanted}`);
  const work = `${directory}/apt`;
  onProgress?.(
    `Fetching etcd ${wanted} from Debian ${suite}, without installing it`,
  );
  const apt = await Apt.open({ suite, work, signal });
  const version = await apt.version("etcd-server");
  if (!fits(version, wanted)) throw new Error(`${suite} has ${version}`);
  onProgress?.(`Downloading etcd ${version}`);
  const root = await apt.unpack(PACKAGES);
  for (const program of PROGRAMS) {
    const path = `${root}/usr/bin/${program}`;
    if (await isFile(path)) await rename(path, `${directory}/${program}`);
  }
  await rm(work, { recursive: true });
  return `Debian ${suite}`;
}
