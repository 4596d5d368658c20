import type { CompareResult } from "../result/mod.ts";

/** What carried the calls, in words; nothing where a file does not say it. */
export function transportRemarks(
  { transports }: CompareResult["options"],
): readonly string[] {
  return transports === undefined ? [] : [`over ${transports.join(" and ")}`];
}
