import type { CompareResult } from "../result/mod.ts";

/** The transports of the calls, in words; nothing where a file names none. */
export function transportRemarks(
  { transports }: CompareResult["options"],
): readonly string[] {
  return transports === undefined ? [] : [`over ${transports.join(" and ")}`];
}
