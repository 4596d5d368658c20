/**
 * Packs the sources, installs the tarball in an empty folder with npm, as users
 * do, and puts the conformance program beside it. A process of its own: the
 * compiler reads the environment, which tests must not.
 *
 * @module
 */
import { compileProgram, packPackage } from "../../tools/npm/mod.ts";
import { run } from "../harness/programs/_run.ts";

const [place = "", ...packages] = Deno.args;
const program = new URL("./conformance", import.meta.url).pathname;
const work = await Deno.makeTempDir({ prefix: "etcdeno-npm-" });
const folder = `${work}/user`;
const { tarball } = await packPackage(work);
await Deno.mkdir(folder);
await run("npm", [
  "install",
  "--no-audit",
  "--no-fund",
  "--loglevel=error",
  tarball,
  ...packages,
], { cwd: folder });
await compileProgram(program, `${folder}/conformance`);
// In one step: whoever waits for it finds all of it.
await Deno.rename(folder, place);
await Deno.remove(work, { recursive: true });
