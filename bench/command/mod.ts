/**
 * The command line of `deno task bench`.
 *
 * @module
 */
export { type BenchCommand, readBenchArgs } from "./args.ts";
export { helpText } from "./help.ts";
