import type { Marks } from "../tools/output/mod.ts";

/** The place of the table in `docs/measured/fleet.md`. */
export const FLEET_MARKS: Marks = {
  begin: "<!-- fleet:begin -->",
  end: "<!-- fleet:end -->",
};
