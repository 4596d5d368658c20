import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { run } from "../process/mod.ts";
import { isFile } from "./_is_file.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** The release an {@linkcode Apt} takes, and the place it works in. */
export interface AptOptions {
  /** The Debian release, such as `bookworm`. */
  readonly suite: string;
  /** A directory of its own, which is made. */
  readonly work: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Debian's packages, unpacked and not installed: apt-get works for any user
 * when it is given directories of its own. It checks signatures and sums.
 */
export class Apt {
  readonly #options: AptOptions;
  readonly #settings: readonly string[];

  /** Use {@linkcode Apt.open}. */
  constructor(options: AptOptions, settings: readonly string[]) {
    this.#options = options;
    this.#settings = settings;
  }

  /** Gets to know the packages of a release. */
  static async open(options: AptOptions): Promise<Apt> {
    if (!await isFile(KEYRING)) throw new Error(`${KEYRING} is missing`);
    const apt = new Apt(options, await privateSettings(options));
    await apt.#get("update");
    return apt;
  }

  /** The version of a package, without what Debian adds to it. */
  async version(name: string): Promise<string> {
    const uris = await this.#get("download", "--print-uris", name);
    const [, version] = /_(\d+(?:\.\d+)*)/.exec(uris) ?? [];
    if (version === undefined) throw new Error(`${name} names no version`);
    return version;
  }

  /** Unpacks packages on top of each other; resolves to their root. */
  async unpack(packages: readonly string[]): Promise<string> {
    const { work, signal } = this.#options;
    const root = `${work}/root`;
    await this.#get("download", ...packages);
    for (const name of await readdir(`${work}/debs`)) {
      await run("dpkg", ["-x", name, root], { cwd: `${work}/debs`, signal });
    }
    return root;
  }

  #get(...args: readonly string[]): Promise<string> {
    const { work, signal } = this.#options;
    const options = { cwd: `${work}/debs`, signal };
    return run("apt-get", [...this.#settings, ...args], options);
  }
}

/** Makes the directories apt-get needs; resolves to its arguments. */
async function privateSettings(
  { work, suite }: AptOptions,
): Promise<string[]> {
  for (const name of ["debs", "lists/partial", "cache/archives/partial"]) {
    await mkdir(`${work}/${name}`, { recursive: true });
  }
  const mirror = await debianMirror();
  await writeFile(
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
    const text = (await readFile(file, "utf8")).replaceAll(/^\s*#.*$/gm, "");
    const mirror = /\bhttps?:\/\/\S+\/debian\/?(?=\s)/.exec(text)?.[0];
    if (mirror !== undefined) return mirror;
  }
  return "http://deb.debian.org/debian";
}
