/**
 * A directory for one task: the offline import map, the programs tests may
 * start, and the tests' own temporary files. It goes when the task ends.
 */
import { delimiter, dirname } from "node:path";
import config from "../../deno.json" with { type: "json" };
import type { EtcdBinaries } from "../../testing/programs/mod.ts";
import type { TransportName } from "./_args.ts";
import { importMap, registryVerdict } from "./_registry.ts";

const ROOT = new URL("../../", import.meta.url);
const OFFLINE_ASSERT = new URL("tests/offline/assert.ts", ROOT).href;
// Where the client has its default, for tests over the other transport.
const DEFAULT_TRANSPORT =
  new URL("balancers/dial/_default_transport.ts", ROOT).href;
const IS_WINDOWS = Deno.build.os === "windows";
// `deno.json` pins the tests' write permission to this directory, which Windows
// does not have: there it is the scratch directory alone.
const TEMP_ROOT = "/tmp";
const REMOVE_TRIES = 30;
const REMOVE_PAUSE_MS = 100;

/** A directory and settings for the Deno commands that a task runs. */
export interface Scratch extends AsyncDisposable {
  /**
   * Flags for whatever loads a test: none where jsr.io answers, and the client
   * is to use its default transport.
   */
  importFlags(transport?: TransportName): Promise<string[]>;
  /** Flags for the settings that a user has who sets none. */
  userFlags(): Promise<string[]>;
  /** Permissions of test runs. */
  permissionFlags(): string[];
  /** Variables of test runs. */
  testEnv(etcd: EtcdBinaries | undefined): Promise<Record<string, string>>;
}

/** Makes the directory; disposing of the result removes it again. */
export async function openScratch(): Promise<Scratch> {
  return new ScratchDirectory(
    await Deno.makeTempDir({
      ...IS_WINDOWS ? {} : { dir: TEMP_ROOT },
      prefix: "etcdeno-task-",
    }),
  );
}

class ScratchDirectory implements Scratch {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async importFlags(transport?: TransportName): Promise<string[]> {
    const online = await registryVerdict() === "online";
    if (online && transport === undefined) return [];
    const path = `${this.#directory}/import_map.json`;
    const imports = {
      ...importMap(
        config.imports,
        online ? config.imports["@std/assert"] : OFFLINE_ASSERT,
      ),
      ...transport !== undefined && await this.#defaultTransport(transport),
    };
    await Deno.writeTextFile(path, JSON.stringify({ imports }));
    return ["--import-map", path];
  }

  async userFlags(): Promise<string[]> {
    const path = `${this.#directory}/deno.json`;
    const { imports } = config;
    await Deno.writeTextFile(path, JSON.stringify({ imports, lock: false }));
    return ["--config", path];
  }

  /** Another module in the place of the one that names the default. */
  async #defaultTransport(
    transport: TransportName,
  ): Promise<Record<string, string>> {
    const path = `${this.#directory}/default_transport.ts`;
    await Deno.writeTextFile(
      path,
      `export const DEFAULT_TRANSPORT = ${JSON.stringify(transport)};\n`,
    );
    return { [DEFAULT_TRANSPORT]: new URL(`file://${path}`).href };
  }

  /**
   * Permissions as `deno.json` pins them, plus one Unix socket: Deno grants
   * those by exact path only, and a `--allow-net` replaces the pinned list.
   */
  permissionFlags(): string[] {
    if (IS_WINDOWS) return ["-P", `--allow-write=${this.#directory}`];
    const net = config.test.permissions.net;
    const socket = `unix:${this.#directory}/test.sock`;
    return ["-P", `--allow-net=${[...net, socket].join(",")}`];
  }

  /**
   * Variables for test runs. The pinned permissions name programs, resolved
   * along the PATH, so etcd is linked under its own name whatever its file is
   * called, and the directory of the running Deno is on the PATH under npx too.
   */
  async testEnv(
    etcd: EtcdBinaries | undefined,
  ): Promise<Record<string, string>> {
    const programs = await Deno.makeTempDir({
      dir: this.#directory,
      prefix: "bin-",
    });
    const path = [programs, dirname(Deno.execPath()), Deno.env.get("PATH")];
    const env = {
      PATH: path.filter(Boolean).join(delimiter),
      // As Windows has it, and as all others do.
      [IS_WINDOWS ? "TMP" : "TMPDIR"]: this.#directory,
    };
    if (etcd === undefined) return env;
    for (const name of ["etcd", "etcdctl", "etcdutl"] as const) {
      const target = etcd[name];
      if (target) await Deno.symlink(target, `${programs}/${name}`);
    }
    return {
      ...env,
      ETCD_BIN: `${programs}/etcd`,
      // The minor version: what users write, and all that a search compares.
      ETCD_VERSION: etcd.version.split(".").slice(0, 2).join("."),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeTree(this.#directory);
  }
}

/**
 * Removes a directory that others may be emptying at this moment: after Ctrl-C
 * the harness's own cleaning is under way in another process.
 */
async function removeTree(path: string): Promise<void> {
  for (let triesLeft = REMOVE_TRIES - 1;; triesLeft--) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (!await exists(path)) return;
      if (triesLeft === 0) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, REMOVE_PAUSE_MS));
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
