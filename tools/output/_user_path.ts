import { isAbsolute, resolve } from "node:path";

/** A path as the user means it, from where the user is: tasks run elsewhere. */
export function userPath(path: string): string {
  return isAbsolute(path)
    ? path
    : resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}
