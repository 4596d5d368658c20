/**
 * The parts of `deno task`: gates, test runs, their arguments.
 *
 * @module
 */
export { runDeno } from "./_child.ts";
export { runCoverage } from "./_coverage.ts";
export { runGates } from "./_gates.ts";
export { taskHelp } from "./_help.ts";
export { runTests, type TestGroup } from "./_runs.ts";
export { runRuntimes } from "./_runtimes.ts";
export { openScratch } from "./_scratch.ts";
export { runServers } from "./_servers.ts";
