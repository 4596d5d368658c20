import { fits, series } from "./_etcd_version.ts";
import type { Fetcher, FetchOptions } from "./_find_etcd.ts";
import { isFile } from "./_find_etcd.ts";
import { run } from "./_run.ts";

/** The Debian release that has an etcd of a series. */
const SUITES: Readonly<Record<string, string>> = {
  "3.4": "bookworm",
  "3.5": "trixie",
};

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const PACKAGES = ["etcd-server", "etcd-client"];
const PROGRAMS = ["etcd", "etcdctl", "etcdutl"];

/**
 * Debian's packages, unpacked and not installed: apt-get works for any user
 * when it is given directories of its own. It checks signatures and sums.
 */
export function fetchFromDebian(): Fetcher {
  return { name: "Debian packages", fetch };
}

async function fetch(
  wanted: string,
  directory: string,
  options: FetchOptions,
): Promise<string> {
  const suite = SUITES[series(wanted)];
  if (suite === undefined) throw new Error(`no release has etcd ${wanted}`);
  if (!await isFile(KEYRING)) throw new Error(`${KEYRING} is missing`);
  const work = `${directory}/apt`;
  const apt = await privateApt(work, suite);
  const get = (...args: string[]): Promise<string> =>
    run("apt-get", [...apt, ...args], {
      cwd: `${work}/debs`,
      signal: options.signal,
    });
  options.onProgress?.(
    `Fetching etcd ${wanted} from Debian ${suite}, without installing it`,
  );
  await get("update");
  const uris = await get("download", "--print-uris", "etcd-server");
  const version = /etcd-server_([\d.]+)/.exec(uris)?.[1] ??
    "an unknown version";
  if (!fits(version, wanted)) throw new Error(`${suite} has ${version}`);
  options.onProgress?.(`Downloading etcd ${version}`);
  await get("download", ...PACKAGES);
  for await (const { name } of Deno.readDir(`${work}/debs`)) {
    await run("dpkg", ["-x", name, `${work}/root`], {
      cwd: `${work}/debs`,
      signal: options.signal,
    });
  }
  for (const program of PROGRAMS) {
    const path = `${work}/root/usr/bin/${program}`;
    if (await isFile(path)) await Deno.rename(path, `${directory}/${program}`);
  }
  await Deno.remove(work, { recursive: true });
  return `Debian ${suite}`;
}

/** Makes the directories apt-get needs; resolves to its arguments. */
async function privateApt(work: string, suite: string): Promise<string[]> {
  for (const name of ["debs", "lists/partial", "cache/archives/partial"]) {
    await Deno.mkdir(`${work}/${name}`, { recursive: true });
  }
  const mirror = await debianMirror();
  await Deno.writeTextFile(
    `${work}/sources.list`,
    `deb [signed-by=${KEYRING}] ${mirror} ${suite} main\n`,
  );
  return [
    `Dir::Etc::sourcelist=${work}/sources.list`,
    "Dir::Etc::sourceparts=/dev/null",
    `Dir::State::lists=${work}/lists`,
    `Dir::Cache=${work}/cache`,
    // The private directories are closed to the user apt would switch to.
    "APT::Sandbox::User=root",
    "APT::Update::Error-Mode=any",
    "Acquire::Languages=none",
    "Acquire::Retries=1",
    "Acquire::http::Timeout=15",
    "Acquire::https::Timeout=15",
  ].flatMap((setting) => ["-o", setting]);
}

/** The mirror this machine uses, where it is a Debian. */
async function debianMirror(): Promise<string> {
  const files = [
    "/etc/apt/sources.list.d/debian.sources",
    "/etc/apt/sources.list",
  ];
  for (const file of files) {
    if (!await isFile(file)) continue;
    const text = (await Deno.readTextFile(file)).replaceAll(/^\s*#.*$/gm, "");
    const mirror = /\bhttps?:\/\/\S+\/debian\/?(?=\s)/.exec(text)?.[0];
    if (mirror !== undefined) return mirror;
  }
  return "http://deb.debian.org/debian";
}
