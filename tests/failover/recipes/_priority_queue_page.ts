import { type PageProgram, pageProgram } from "./_programs.ts";

/** The program that people come for. */
export const PRIORITY_QUEUE: PageProgram = await pageProgram(
  "docs/recipes/priority_queue.md",
  "A priority queue: the most urgent first",
);
