import type { Missing } from "./program.ts";

const LAST_WORDS_CHARS = 200;

/**
 * Runs a step of a build.
 *
 * @throws {Error} If the program is missing or fails; the message has its last
 * words.
 */
export async function build(
  command: readonly string[],
  { cwd }: { readonly cwd: string },
): Promise<void> {
  const { success, stderr } = await output(command, cwd);
  if (success) return;
  const words = new TextDecoder().decode(stderr).trim();
  throw new Error(
    `${command.slice(0, 2).join(" ")} failed: ${
      words.slice(-LAST_WORDS_CHARS)
    }`,
  );
}

async function output(
  [program = "", ...args]: readonly string[],
  cwd: string,
): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command(program, {
      args,
      cwd,
      stdout: "null",
      stderr: "piped",
    }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`${program} is not on the PATH`, { cause: error });
  }
}

/** The value `get` resolves to, or why it cannot be had here. */
export async function unlessMissing<Value>(
  get: () => Promise<Value>,
): Promise<Value | Missing> {
  try {
    return await get();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { missing: error.message.replaceAll(/\s+/g, " ") };
  }
}
