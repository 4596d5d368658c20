// The programs of docs/recipes/monotonic.md.
import { type PageProgram, pageProgram } from "./_programs.ts";

const page = "docs/recipes/monotonic.md";
const first = await pageProgram(
  page,
  "Monotonic reads: fast, and never back in time",
);
const elsewhere = await pageProgram(page, "What another program has seen");

/** Both, one after the other. */
export const MONOTONIC: PageProgram = {
  imports: first.imports,
  body: `
    { ${first.body} }
    const { header } = await client.put("orders/1", "apples");
    const message = { key: "orders/1", revision: header.revision };
    { ${elsewhere.body} }
  `,
};
