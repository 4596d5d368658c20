import type { Marks } from "../tools/output/mod.ts";

/** The place of the table in `docs/measured/view.md`. */
export const VIEW_MARKS: Marks = {
  begin: "<!-- view:begin -->",
  end: "<!-- view:end -->",
};
