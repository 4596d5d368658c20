import { cached } from "./_cache.ts";
import type { Program, Run } from "./program.ts";
import { build, unlessMissing } from "./_toolchain.ts";
import { variables } from "./_variables.ts";

const VERSION = "1.1.2";
const SOURCE = new URL("../peers/bench_etcd3.mjs", import.meta.url);
const IMPORTS = { imports: { etcd3: `npm:etcd3@${VERSION}` } };

/** The npm client where it is at home; installed once, where npm is. */
export const etcd3OnNode: Omit<Program, "operations"> = {
  name: "etcd3-node",
  title: `etcd3 ${VERSION}, Node`,
  prepare: () =>
    unlessMissing(async () => {
      const folder = await cached(`etcd3-${VERSION}`, async (work) => {
        await Deno.writeTextFile(`${work}/package.json`, "{}");
        await build(
          ["npm", "install", "--no-audit", "--no-fund", `etcd3@${VERSION}`],
          { cwd: work },
        );
      });
      await build(["node", "--version"], { cwd: folder });
      // Beside what it imports.
      const program = `${folder}/bench_etcd3.mjs`;
      await Deno.copyFile(SOURCE, program);
      return (run: Run) => ({
        path: "node",
        args: [program],
        env: variables(run),
      });
    }),
};

/** The npm client on Deno. */
export const etcd3OnDeno: Omit<Program, "operations"> = {
  name: "etcd3-deno",
  title: `etcd3 ${VERSION}, Deno`,
  prepare: () =>
    Promise.resolve((run: Run) => ({
      path: Deno.execPath(),
      args: [
        "run",
        "-A",
        "--no-lock",
        "--no-config",
        "--import-map",
        `data:application/json,${encodeURIComponent(JSON.stringify(IMPORTS))}`,
        SOURCE.pathname,
      ],
      env: variables(run),
    })),
};
