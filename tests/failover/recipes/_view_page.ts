import { type PageProgram, pageProgram } from "./_programs.ts";

/** The programs of docs/recipes/view.md and docs/recipes/wait.md. */
export const VIEW: PageProgram = await pageProgram(
  "docs/recipes/view.md",
  "View: configuration that is up to date",
);
export const OWN_WRITE: PageProgram = await pageProgram(
  "docs/recipes/view.md",
  "What is on its way",
);
export const WAIT: PageProgram = await pageProgram(
  "docs/recipes/wait.md",
  "Wait: until something is so",
);
