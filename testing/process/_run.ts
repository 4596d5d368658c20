import { execFile } from "node:child_process";
import { childEnvironment } from "./_environment.ts";

/** Options of {@linkcode run}. */
export interface RunOptions {
  readonly cwd?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const ERROR_TAIL_CHARS = 400;
const OUTPUT_LIMIT_BYTES = 16 << 20;

/**
 * Runs a program to its end and gives what it printed. The shell starts it, so
 * that a permission to run `sh` is enough for a program at any path.
 *
 * @throws {Error} If it is missing or fails; the message has its last words.
 */
export async function run(
  program: string,
  args: readonly string[],
  { cwd, signal }: RunOptions = {},
): Promise<string> {
  const result = await new Promise<Result>((resolve) => {
    execFile(
      "sh",
      ["-c", 'exec "$0" "$@" </dev/null', program, ...args],
      {
        env: { ...childEnvironment(), LC_ALL: "C" },
        maxBuffer: OUTPUT_LIMIT_BYTES,
        ...cwd === undefined ? {} : { cwd },
        ...signal === undefined ? {} : { signal },
      },
      (error, stdout, stderr) => resolve({ error, stdout, stderr }),
    );
  });
  signal?.throwIfAborted();
  const { error, stdout, stderr } = result;
  if (error === null) return stdout;
  const words = stderr.trim().slice(-ERROR_TAIL_CHARS);
  const state = typeof error.code === "number"
    ? `exit code ${error.code}`
    : error.message;
  throw new Error(
    `Cannot run ${program} ${args.at(-1) ?? ""}: ${state}, ${
      words || "no message"
    }`,
    { cause: error },
  );
}

interface Result {
  readonly error: (Error & { readonly code?: unknown }) | null;
  readonly stdout: string;
  readonly stderr: string;
}
