import { exists } from "../../../tests/harness/mod.ts";
import type { CompareLab } from "./_lab.ts";
import type { CompareResult } from "./_result.ts";

/** The text of a result file; its shape is that of `_result.ts`. */
export function toJson(results: readonly CompareResult[]): string {
  const [only, ...others] = results;
  const lab: CompareLab = {
    format: "etcdeno-compare-lab",
    formatVersion: 1,
    results,
  };
  const text = JSON.stringify(
    others.length === 0 ? only : lab,
    // JSON has no integers of 64 bits: none is lost if they are strings.
    (_key, value) => typeof value === "bigint" ? value.toString() : value,
    2,
  );
  return `${compactMarks(text)}\n`;
}

/**
 * Puts each call on one line: they are the bulk of the file, and it is still
 * one that people look into.
 */
function compactMarks(text: string): string {
  return text.replaceAll(
    /\{\s+"startMs": [^{}]*\}/g,
    (mark) => mark.replaceAll(/\s*\n\s*/g, " "),
  );
}

/**
 * Makes sure a file can be written, before a long run whose result it is for;
 * what it has is left as it is.
 */
export async function checkWritable(path: string): Promise<void> {
  const isNew = !await exists(path);
  const file = await Deno.open(path, { write: true, create: true });
  file.close();
  if (isNew) await Deno.remove(path);
}
