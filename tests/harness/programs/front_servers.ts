import { Apt } from "../../../testing/programs/_apt.ts";
import {
  addToCache,
  cachedNames,
  cacheRoot,
} from "../../../testing/programs/_cache.ts";
import { compareVersions } from "../../../testing/programs/mod.ts";
import type { FetchOptions } from "../../../testing/programs/mod.ts";
import { run } from "./_run.ts";

/** Servers that are put in front of etcd. */
export type FrontServerName = "nginx" | "haproxy" | "caddy";

/** One of them, ready to be started. */
export interface FrontServer {
  readonly name: FrontServerName;
  /** Such as `1.22.1`. */
  readonly version: string;
  /** Its program with these arguments. */
  command(args: readonly string[]): readonly string[];
}

// Newer releases need a newer C library than many machines have.
const SUITE = "bookworm";
const KIND = "front";
const LIBRARIES = ["x86_64", "aarch64"].map((machine) =>
  `usr/lib/${machine}-linux-gnu`
);

interface Recipe {
  readonly program: string;
  readonly versionArg: string;
  /** Its package, and those of libraries that few machines have. */
  readonly packages: readonly [string, ...string[]];
}

const RECIPES: Readonly<Record<FrontServerName, Recipe>> = {
  nginx: {
    program: "usr/sbin/nginx",
    versionArg: "-v",
    packages: ["nginx", "libpcre2-8-0", "libssl3"],
  },
  haproxy: {
    program: "usr/sbin/haproxy",
    versionArg: "-v",
    packages: [
      "haproxy",
      "liblua5.3-0",
      "libopentracing-c-wrapper0",
      "libopentracing1",
      "libpcre2-8-0",
      "libssl3",
    ],
  },
  caddy: {
    program: "usr/bin/caddy",
    versionArg: "version",
    packages: ["caddy"],
  },
};

/**
 * Finds a server in our cache (`etcdeno/front/` in `$XDG_CACHE_HOME` or
 * `~/.cache`), or unpacks Debian's packages into it, without installing them.
 *
 * @throws {Error} If there are no such packages for this machine.
 */
export async function findFrontServer(
  name: FrontServerName,
  { signal, onProgress }: FetchOptions = {},
): Promise<FrontServer> {
  const root = cacheRoot({
    variable: (variable) => Deno.env.get(variable) || undefined,
  }, KIND);
  const recipe = RECIPES[name];
  const cached = (await cachedNames(root))
    .filter((entry) => entry.startsWith(`${name}-`))
    .sort((one, other) => compareVersions(versionOf(one), versionOf(other)))
    .at(-1);
  if (cached !== undefined && await works(`${root}/${cached}`, recipe)) {
    return serverIn(`${root}/${cached}`, name);
  }
  onProgress?.(
    `Fetching ${name} from Debian ${SUITE}, without installing it`,
  );
  const place = await addToCache(root, {
    async fill(directory) {
      const work = `${directory}/apt`;
      const apt = await Apt.open({ suite: SUITE, work, signal });
      const version = await apt.version(recipe.packages[0]);
      const unpacked = await apt.unpack(recipe.packages);
      await Deno.rename(`${unpacked}/usr`, `${directory}/usr`);
      await Deno.remove(work, { recursive: true });
      await check(directory, recipe);
      onProgress?.(`Got ${name} ${version}`);
      return `${name}-${version}`;
    },
    works: (directory) => works(directory, recipe),
  });
  return serverIn(place, name);
}

function serverIn(directory: string, name: FrontServerName): FrontServer {
  return {
    name,
    version: versionOf(directory),
    command: (args) => [...commandIn(directory, RECIPES[name]), ...args],
  };
}

/** Libraries that the machine has not got are beside the program. */
function commandIn(directory: string, { program }: Recipe): string[] {
  const libraries = LIBRARIES.map((path) => `${directory}/${path}`).join(":");
  return ["env", `LD_LIBRARY_PATH=${libraries}`, `${directory}/${program}`];
}

function versionOf(path: string): string {
  return path.slice(path.lastIndexOf("-") + 1);
}

async function check(directory: string, recipe: Recipe): Promise<void> {
  const [program = "", ...args] = commandIn(directory, recipe);
  await run(program, [...args, recipe.versionArg]);
}

async function works(directory: string, recipe: Recipe): Promise<boolean> {
  try {
    await check(directory, recipe);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}
