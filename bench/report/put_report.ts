import { type Marks, putBetweenMarks } from "../../tools/output/mod.ts";

/**
 * Puts a report into its place of a file; an empty one only finds out, before a
 * long run, that there is such a place.
 */
export async function putReport(
  path: string,
  place: { readonly marks: Marks; readonly summary: string },
): Promise<void> {
  const text = putBetweenMarks(await Deno.readTextFile(path), place);
  if (place.summary !== "") await Deno.writeTextFile(path, text);
}
