import { type PageProgram, pageProgram } from "./_programs.ts";

const PAGE = "docs/recipes/semaphore.md";

/** The program that people come for. */
export const LIMITER: PageProgram = await pageProgram(
  PAGE,
  "A limiter: at most so many at once",
);

/** A write that comes too late is not done. */
export const GUARD: PageProgram = await pageProgram(
  PAGE,
  "When a permit is lost",
);
