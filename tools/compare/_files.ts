/** Files that the user names. */
import { UsageError, userPath } from "../output/mod.ts";
import { checkWritable, messageOf } from "./result/mod.ts";

/**
 * The file of a flag for results, made sure of before anything is run.
 *
 * @throws {UsageError} If it cannot be written.
 */
export async function resultFile(
  flag: string,
  path: string | undefined,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const absolute = userPath(path);
  try {
    await checkWritable(absolute);
  } catch (error) {
    throw new UsageError(
      `${flag} ${path} cannot be written: ${messageOf(error)}`,
    );
  }
  return absolute;
}
