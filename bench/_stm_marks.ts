import type { Marks } from "../tools/output/mod.ts";

/** The place of the table in `docs/measured/stm.md`. */
export const STM_MARKS: Marks = {
  begin: "<!-- stm:begin -->",
  end: "<!-- stm:end -->",
};
