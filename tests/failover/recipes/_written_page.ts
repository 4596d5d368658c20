// The programs of the pages on update, registration and the leader loop.
import { type PageProgram, pageProgram } from "./_programs.ts";

const update = await pageProgram(
  "docs/recipes/update.md",
  "Update: change a key by a function",
);
const registration = await pageProgram(
  "docs/recipes/registration.md",
  "Registration: a key that stands while you live",
);
const leads = await pageProgram(
  "docs/recipes/leader.md",
  "Leader: one of many does the work",
);
const follows = await pageProgram("docs/recipes/leader.md", "Who leads");

/** All four in one process, which sells apples until it is killed. */
export const PROGRAM: PageProgram = {
  imports: [update, registration, leads, follows].map(({ imports }) => imports)
    .join(""),
  body: `
    const inTheBackground = [
      (async () => { ${registration.body} })(),
      (async () => { ${leads.body} })(),
      (async () => { ${follows.body} })(),
    ];
    const sell = async () => { ${update.body} };
    for (;;) {
      await Promise.race([sell(), ...inTheBackground]);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }`,
};
