import config from "../../deno.json" with { type: "json" };
import { exists, waitFor } from "../harness/mod.ts";
import { run } from "../harness/programs/_run.ts";
import {
  findRuntime,
  type Runtime,
  type RuntimeName,
} from "../harness/programs/runtimes.ts";
import { RUN } from "../unit/support/_program.ts";

const TMP = Deno.env.get("TMPDIR") ?? "/tmp";
const INSTALL_LIMIT_MS = 120_000;
const PROGRAM = new URL("./_make_user_folder.ts", import.meta.url).pathname;
/** The smallest package that ours needs. */
const PROBE = "tinyqueue";

/** A program that cannot be had here, with the reason. */
export interface Missing {
  readonly missing: string;
}

/** What a program of a user runs on, and where the package is installed. */
export interface Place {
  readonly runtime: Runtime;
  readonly folder: string;
}

/** The options of {@linkcode placeOn}. */
export interface PlaceOptions {
  /** The optional packages that the user has installed. @default {none} */
  readonly also?: readonly (keyof typeof config.imports)[];
}

/** A runtime and a user's folder. */
export async function placeOn(
  name: RuntimeName,
  options: PlaceOptions = {},
): Promise<Place | Missing> {
  const runtime = await whereNpmServes(() => findRuntime(name));
  if ("missing" in runtime) return runtime;
  const user = await userFolder(options);
  return "missing" in user ? user : { runtime, folder: user.folder };
}

/**
 * The folder in which a user has installed the package, and others that are
 * asked for. Made once for all files of a test run, whose temporary directory
 * it is in.
 */
export function userFolder(
  { also = [] }: PlaceOptions = {},
): Promise<Pick<Place, "folder"> | Missing> {
  const suffix = also.map((name) => `-${name.replaceAll(/\W/g, "_")}`);
  const folder = `${TMP}/etcdeno-user${suffix.join("")}`;
  return whereNpmServes(async () => {
    await onceForAll(folder, () =>
      run("deno", [
        ...RUN,
        "--allow-all",
        PROGRAM,
        folder,
        ...also.map((name) => config.imports[name].slice("npm:".length)),
      ]));
    return { folder };
  });
}

/** Makes a folder, or waits for another file of the same run that makes it. */
async function onceForAll(
  folder: string,
  make: () => Promise<unknown>,
): Promise<void> {
  const failed = `${folder}.failed`;
  if (await isFirst(`${folder}.lock`)) {
    try {
      await make();
    } catch (error) {
      await Deno.writeTextFile(failed, `${error}`);
      throw error;
    }
    return;
  }
  await waitFor(
    "the folder of a user",
    async () => await exists(folder) || await exists(failed),
    { timeoutMs: INSTALL_LIMIT_MS },
  );
  if (await exists(failed)) throw new Error(await Deno.readTextFile(failed));
}

/** Whether nobody was here before, by a directory that says so. */
async function isFirst(path: string): Promise<boolean> {
  try {
    await Deno.mkdir(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** The value `get` resolves to, or why npm cannot serve it, if that is why. */
async function whereNpmServes<Value extends object>(
  get: () => Promise<Value>,
): Promise<Value | Missing> {
  try {
    return await get();
  } catch (error) {
    const missing = await whyNoNpm();
    if (missing === undefined) throw error;
    return { missing };
  }
}

async function whyNoNpm(): Promise<string | undefined> {
  try {
    await run("npm", ["view", PROBE, "version"]);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return `npm cannot serve packages: ${
      error.message.replaceAll(/\s+/g, " ")
    }`;
  }
}

/** The files of the package in a user's folder, by their paths in it. */
export async function installedFiles(
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const root = `${folder}/node_modules/@etcdeno/client/`;
  const files = new Map<string, string>();
  const folders = [""];
  for (const at of folders) {
    for await (const { name, isDirectory } of Deno.readDir(`${root}${at}`)) {
      if (isDirectory) folders.push(`${at}${name}/`);
      else {
        files.set(`${at}${name}`, await Deno.readTextFile(root + at + name));
      }
    }
  }
  return files;
}
