import type { Place } from "./_user_folder.ts";

/** What a program of a user has left. */
export interface UserProgramEnd {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

const LIMIT_MS = 30_000;

/** Runs a program in a user's folder, as a file of that name. */
export async function runUserProgram(
  { runtime: { path }, folder }: Place,
  { name, program }: {
    readonly name: string;
    readonly program: string;
  },
): Promise<UserProgramEnd> {
  const directory = await Deno.makeTempDir({ dir: folder });
  try {
    await Deno.writeTextFile(`${directory}/${name}`, program);
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", 'exec "$0" "$@"', path, name],
      cwd: directory,
      stdin: "null",
      env: { NO_COLOR: "1" },
      signal: AbortSignal.timeout(LIMIT_MS),
    }).output();
    const decoder = new TextDecoder();
    return {
      code,
      output: decoder.decode(stdout).trim(),
      errors: decoder.decode(stderr),
    };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
