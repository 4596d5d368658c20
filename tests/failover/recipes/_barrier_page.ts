import { type PageProgram, pageProgram } from "./_programs.ts";

const PAGE = "docs/recipes/barrier.md";

/** The program that people come for. */
export const BARRIER: PageProgram = await pageProgram(
  PAGE,
  "A barrier: wait until the way is free",
);

/** Those who begin and end together. */
export const DOUBLE_BARRIER: PageProgram = await pageProgram(
  PAGE,
  "A double barrier: begin and end together",
);
