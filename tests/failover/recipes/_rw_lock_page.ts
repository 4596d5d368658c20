import { type PageProgram, pageProgram } from "./_programs.ts";

/** The program that people come for. */
export const RW_LOCK: PageProgram = await pageProgram(
  "docs/recipes/rw_lock.md",
  "A read-write lock: many read, or one writes",
);
