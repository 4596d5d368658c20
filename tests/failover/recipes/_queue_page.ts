import { type PageProgram, pageProgram } from "./_programs.ts";

/** The program that people come for. */
export const WORK_QUEUE: PageProgram = await pageProgram(
  "docs/recipes/queue.md",
  "A work queue",
);
