// The programs of docs/recipes/mirror.md.
import { type PageProgram, pageProgram } from "./_programs.ts";

const page = "docs/recipes/mirror.md";
const BACKUP = `const backup = client.namespace("backup/");`;
const first = await pageProgram(
  page,
  "Mirror: the same keys in another place",
);
const moving = await pageProgram(page, "A move to another cluster");

/** The copy of a range, which runs until it is killed. */
export const MIRROR: PageProgram = {
  imports: first.imports,
  body: `${BACKUP}
    ${first.body}`,
};
/** The move, from one namespace to another. */
export const MOVE: PageProgram = {
  imports: first.imports,
  body: `await (async (client) => {
    const backup = everything.namespace("moved/");
    ${moving.body}
  })(everything.namespace("config/"));`,
};
