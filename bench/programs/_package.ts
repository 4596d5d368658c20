import {
  findRuntime,
  type RuntimeName,
} from "../../tests/harness/programs/runtimes.ts";
import type { Program, Run } from "./program.ts";
import { build, unlessMissing } from "./_toolchain.ts";
import { variables } from "./_variables.ts";

const PLACE = new URL("../../.etcdeno/bench/", import.meta.url).pathname;
const SOURCE = new URL("../ours/", import.meta.url).pathname;

/** The client as users of Node and Bun have it: the npm package. */
export function onRuntime(
  runtime: Exclude<RuntimeName, "deno">,
  program: Pick<Program, "title" | "operations" | "countFactor">,
): Program {
  return {
    ...program,
    name: runtime,
    prepare: () =>
      unlessMissing(async () => {
        const { path } = await findRuntime(runtime);
        const folder = await installed();
        return (run: Run) => ({
          path,
          args: [`${folder}/ours/main.js`],
          env: { ...variables(run), BALANCER: "grpc1.23" },
        });
      }),
  };
}

let installing: Promise<string> | undefined;

/** A folder with the package of these sources, made anew by each process. */
function installed(): Promise<string> {
  return installing ??= install();
}

async function install(): Promise<string> {
  // Loaded here: it brings a compiler, which few need.
  const { compileProgram, packPackage } = await import(
    "../../tools/npm/mod.ts"
  );
  const { tarball } = await packPackage(PLACE);
  const folder = `${PLACE}user`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/package.json`, "{}");
  await build(
    // Of the same version as before, and other sources.
    ["npm", "install", "--no-audit", "--no-fund", "--force", tarball],
    { cwd: folder },
  );
  await compileProgram(SOURCE, `${folder}/ours`);
  return folder;
}
