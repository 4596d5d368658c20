/**
 * Generates `proto/gen/` from `proto/etcd/*.proto`.
 *
 * `deno task proto` writes the files. `deno task proto --check` compares them
 * with what it would write, and exits with 1 when they differ.
 *
 * The sources are read by `pbjs` of npm's `protobufjs-cli`, run as a program so
 * that the published package does not depend on it.
 *
 * @module
 */

import { renderDescriptor, renderMessages, renderRpcs } from "./_modules.ts";
import type { Namespace } from "./_tree.ts";

const PBJS = "npm:protobufjs-cli@2.7.1/pbjs";
const SOURCES = new URL("../../proto/etcd/", import.meta.url);
const OUTPUT = new URL("../../proto/gen/", import.meta.url);

// pbjs has no target that keeps the comments, which become our docstrings.
const TARGET = `module.exports = (root, _options, done) =>
  done(null, JSON.stringify(root.toJSON({ keepComments: true })));
`;

/** Reads the `.proto` files into one JSON descriptor with comments. */
async function readSources(): Promise<Namespace> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(SOURCES)) {
    if (entry.name.endsWith(".proto")) names.push(entry.name);
  }
  const scratch = await Deno.makeTempDir({ prefix: "etcdeno-proto-" });
  try {
    const target = `${scratch}/target.cjs`;
    await Deno.writeTextFile(target, TARGET);
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        cwd: SOURCES,
        args: [
          "run",
          "--quiet",
          "--no-config",
          "--no-lock",
          "--allow-all",
          PBJS,
          "--target",
          target,
          "--alt-comment",
          ...names.sort(),
        ],
      },
    ).output();
    if (!success) {
      throw new Error(
        `Cannot read the .proto files: pbjs failed with ${
          new TextDecoder().decode(stderr).trim()
        }`,
      );
    }
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/** The generated files by name, as they should be. */
async function generate(): Promise<ReadonlyMap<string, string>> {
  const root = await readSources();
  return new Map([
    ["descriptor.ts", renderDescriptor(root)],
    ["messages.ts", renderMessages(root)],
    ["rpcs.ts", renderRpcs(root)],
  ]);
}

async function readIfThere(file: URL): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function findStale(
  files: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const [name, text] of files) {
    if (await readIfThere(new URL(name, OUTPUT)) !== text) stale.push(name);
  }
  return stale;
}

async function write(files: ReadonlyMap<string, string>): Promise<void> {
  await Deno.mkdir(OUTPUT, { recursive: true });
  for (const [name, text] of files) {
    await Deno.writeTextFile(new URL(name, OUTPUT), text);
  }
}

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--check");
  if (unknown !== undefined) {
    say(`Cannot run: unknown option "${unknown}", only --check is known`);
    return 2;
  }
  const files = await generate();
  if (!args.includes("--check")) {
    await write(files);
    say(`proto/gen: wrote ${[...files.keys()].join(", ")}`);
    return 0;
  }
  const stale = await findStale(files);
  say(
    stale.length === 0
      ? "proto/gen: up to date"
      : `proto/gen: stale: ${stale.join(", ")}; run \`deno task proto\``,
  );
  return stale.length === 0 ? 0 : 1;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
