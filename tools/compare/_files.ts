/** Files that the user names. */
import { isAbsolute, resolve } from "node:path";
import { UsageError } from "../output/_usage.ts";
import { messageOf } from "./result/_cells.ts";
import { checkWritable } from "./result/_json.ts";

/** A path as the user means it, from where the user is: tasks run elsewhere. */
export function userPath(path: string): string {
  return isAbsolute(path)
    ? path
    : resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}

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
