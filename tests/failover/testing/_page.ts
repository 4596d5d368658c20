// The programs of docs/testing.md.
import { readPage } from "../../unit/docs/_pages.ts";
import { take } from "../_snippet_parts.ts";

const PAGE = "docs/testing.md";

/** The tests at its top. */
export const TESTS: string = await take(PAGE, "Testing your own code");
/** What they test. */
export const CLAIM: string = await take(PAGE, "Testing your own code", 1);
/** The command with all the permissions that they need. */
export const COMMAND: readonly string[] = (await readPage(PAGE)).blocks
  .filter(({ heading }) => heading === "Permissions")
  .flatMap(({ text }) => text.trim().split(" "));
