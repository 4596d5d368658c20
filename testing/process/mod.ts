/**
 * Programs that do not outlive this one.
 *
 * @module
 */
export { childEnvironment, temporaryFolder, variable } from "./_environment.ts";
export { type HostedProcess, ProcessHost } from "./process_host.ts";
export { run, type RunOptions } from "./_run.ts";
export { TempRoot } from "./temp_root.ts";
