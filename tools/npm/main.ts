/**
 * `deno task npm`: the package for Node and Bun, from the sources that JSR is
 * given, as a tarball.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { note, print, userPath } from "../output/mod.ts";
import { packPackage } from "./_pack.ts";

const PLACE = new URL("../../.etcdeno/npm", import.meta.url).pathname;
const HELP = `Makes the npm package and packs it.

Usage: deno task npm [options]

  --out DIR  where the tarball goes (default: .etcdeno/npm)
  --list     tells the files in it as well
  --help     this

The path of the tarball is printed. Needs npm. GITHUB_REPOSITORY, which is set
in a workflow, is what the package names as its repository.
`;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    out: { type: "string" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  print(HELP);
} else {
  const { tarball, files } = await packPackage(
    values.out === undefined ? PLACE : userPath(values.out),
    // Set by the workflow that publishes.
    { repository: Deno.env.get("GITHUB_REPOSITORY") },
  );
  if (values.list) { for (const path of files) note(path); }
  print(tarball);
}
