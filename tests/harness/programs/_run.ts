/** Options of {@linkcode run}. */
export interface RunOptions {
  readonly cwd?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const ERROR_TAIL_CHARS = 400;

/**
 * Runs a program to its end and gives what it printed. The shell starts it, so
 * that a permission to run `sh` is enough for a program at any path.
 *
 * The testing kit's does so with a few variables; npm and Go need others. All
 * of them are handed on by Deno alone: `node:child_process` would read each,
 * which tests may not.
 *
 * @throws {Error} If it is missing or fails; the message has its last words.
 */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { cwd, signal } = options;
  const { success, code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", 'exec "$0" "$@"', program, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { LC_ALL: "C" },
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal === undefined ? {} : { signal }),
  }).output();
  signal?.throwIfAborted();
  const decoder = new TextDecoder();
  if (!success) {
    const words = decoder.decode(stderr).trim().slice(-ERROR_TAIL_CHARS);
    throw new Error(
      `Cannot run ${program} ${args.at(-1) ?? ""}: exit code ${code}, ${
        words || "no message"
      }`,
    );
  }
  return decoder.decode(stdout);
}
