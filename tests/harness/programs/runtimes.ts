import { cachedNames, cacheRoot } from "../../../testing/programs/_cache.ts";
import { run } from "./_run.ts";

/** The runtimes that the client is tested on. */
export const RUNTIME_NAMES = ["deno", "node22", "node24", "bun"] as const;
/** One of them. */
export type RuntimeName = typeof RUNTIME_NAMES[number];

/** A runtime, ready to run programs. */
export interface Runtime {
  readonly name: RuntimeName;
  /** Such as `Node 22`. */
  readonly title: string;
  /** Such as `22.23.5`. */
  readonly version: string;
  /** Its program. */
  readonly path: string;
}

interface Recipe {
  readonly title: string;
  // What the claims about it are made on.
  readonly version: string;
  /** The package for a machine, which has `bin/` with the program. */
  readonly packageFor: (machine: string) => string;
  readonly program: string;
}

const RECIPES: Readonly<Record<Exclude<RuntimeName, "deno">, Recipe>> = {
  node22: {
    title: "Node 22",
    version: "22.23.5",
    packageFor: (machine) => `node-${machine}`,
    program: "node",
  },
  node24: {
    title: "Node 24",
    version: "24.22.3",
    packageFor: (machine) => `node-${machine}`,
    program: "node",
  },
  bun: {
    title: "Bun",
    version: "1.4.5",
    packageFor: (machine) => `@oven/bun-${machine.replace("arm64", "aarch64")}`,
    program: "bun",
  },
};
// As npm names them.
const ARCHITECTURE = Deno.build.arch === "aarch64" ? "arm64" : "x64";
const FETCH =
  new URL("../../../tools/build/runtime.sh", import.meta.url).pathname;

/**
 * Finds a runtime in our cache (`etcdeno/runtimes/` in `$XDG_CACHE_HOME` or
 * `~/.cache`), or has npm fetch it into that. Deno is the one that runs.
 *
 * @throws {Error} If npm is missing, or cannot serve it.
 */
export async function findRuntime(name: RuntimeName): Promise<Runtime> {
  if (name === "deno") {
    const { deno: version } = Deno.version;
    return { name, title: "Deno", version, path: "deno" };
  }
  const { title, version, packageFor, program } = RECIPES[name];
  const wanted = packageFor(`${Deno.build.os}-${ARCHITECTURE}`);
  const folder = `${wanted.slice(wanted.lastIndexOf("/") + 1)}-${version}`;
  const root = cacheRoot({
    variable: (variable) => Deno.env.get(variable) || undefined,
  }, "runtimes");
  if (!(await cachedNames(root)).includes(folder)) {
    await run(FETCH, [wanted, version]);
  }
  const path = `${root}/${folder}/node_modules/${wanted}/bin/${program}`;
  return { name, title, version, path };
}
