import { dirname } from "node:path";
import { collectModules } from "./_modules.ts";
import {
  COPIED,
  ENTRIES,
  manifest,
  type ManifestOptions,
} from "./_manifest.ts";

const ROOT = new URL("../../", import.meta.url);
// What is not a type of ours in declarations: users may have an older library.
const DISPOSABLE = '/// <reference lib="esnext.disposable" />\n';

/** A package, ready for `npm install`. */
export interface Packed {
  /** The path of its tarball. */
  readonly tarball: string;
  /** The paths of the files in it. */
  readonly files: readonly string[];
}

/**
 * Makes the package of the sources and packs it into `directory`, which it
 * makes and empties.
 *
 * @throws {Error} If a source does not compile, or npm is missing or fails.
 */
export async function packPackage(
  directory: string,
  options: ManifestOptions = {},
): Promise<Packed> {
  const work = `${directory}/package`;
  await emptied(work);
  const { files, packages } = await collectModules(
    [...ENTRIES.values()],
    (path) => Deno.readTextFile(new URL(path, ROOT)),
  );
  const entries = new Set([...ENTRIES.values()].map(declarations));
  for (const [path, text] of files) {
    const whole = entries.has(path) ? `${DISPOSABLE}${text}` : text;
    await Deno.mkdir(dirname(`${work}/${path}`), { recursive: true });
    await Deno.writeTextFile(`${work}/${path}`, whole);
  }
  for (const path of COPIED) {
    await Deno.copyFile(new URL(path, ROOT), `${work}/${path}`);
  }
  await Deno.writeTextFile(
    `${work}/package.json`,
    manifest(packages, options),
  );
  return await packed(work, directory);
}

function declarations(source: string): string {
  return source.replace(/\.ts$/, ".d.ts");
}

async function emptied(directory: string): Promise<void> {
  try {
    await Deno.remove(directory, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.mkdir(directory, { recursive: true });
}

/** As npm packs it, which also decides which files are in it. */
async function packed(work: string, directory: string): Promise<Packed> {
  const { success, stdout, stderr } = await new Deno.Command("npm", {
    args: ["pack", "--json", "--pack-destination", directory],
    cwd: work,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`Cannot pack the package: ${decoder.decode(stderr)}`);
  }
  const [told] = JSON.parse(decoder.decode(stdout)) as readonly [{
    readonly filename: string;
    readonly files: readonly { readonly path: string }[];
  }];
  return {
    tarball: `${directory}/${told.filename}`,
    files: told.files.map(({ path }) => path),
  };
}
