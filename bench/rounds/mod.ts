/**
 * Programs that take turns, and their figures.
 *
 * @module
 */
export { type NotMeasured, prepareReady } from "./ready.ts";
export { type Cell, measureInRounds, type ReadyProgram } from "./rounds.ts";
export { runToEnd } from "./run_program.ts";
export type { Sample } from "./sample.ts";
