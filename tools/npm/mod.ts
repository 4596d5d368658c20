/**
 * The package for Node and Bun, and programs for it.
 *
 * @module
 */
export { type Packed, packPackage } from "./_pack.ts";
export { compileProgram } from "./_program.ts";
