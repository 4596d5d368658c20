/** The places in `docs/measured/` that `--markdown` writes to. */
import type { Marks } from "../../tools/output/mod.ts";

/** That of `deno task bench`, in any file. */
export const BENCH_MARKS: Marks = marksOf("bench");
/** The place in `fleet.md`. */
export const FLEET_MARKS: Marks = marksOf("fleet");
/** The place in `stm.md`. */
export const STM_MARKS: Marks = marksOf("stm");
/** The place in `view.md`. */
export const VIEW_MARKS: Marks = marksOf("view");

function marksOf(name: string): Marks {
  return { begin: `<!-- ${name}:begin -->`, end: `<!-- ${name}:end -->` };
}
