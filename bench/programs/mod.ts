/**
 * The operations, and the programs that do them: ours and those of the peers.
 *
 * @module
 */
export { goProgram } from "./go.ts";
export { type Operation, OPERATIONS, type Work, workOf } from "./operation.ts";
export { type Command, ownCommand, type Program, type Run } from "./program.ts";
export { ours, PROGRAMS } from "./programs.ts";
