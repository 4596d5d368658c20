import { type PageProgram, pageProgram } from "./_programs.ts";

/** The program of docs/recipes/stm.md: a transfer. */
export const STM: PageProgram = await pageProgram(
  "docs/recipes/stm.md",
  "STM: change several keys by a function",
);
