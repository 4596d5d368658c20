import { ROOT } from "../unit/support/_program.ts";

const LIMIT_MS = 240_000;

/** A project of docs/examples/, in a folder below one with the package. */
export interface Example extends AsyncDisposable {
  /** Runs a command there; resolves to its end, and all it has printed. */
  run(
    command: readonly string[],
  ): Promise<{ readonly code: number; readonly output: string }>;
}

/** Copies a project, without what it says of the package's version. */
export async function copyExample(
  name: string,
  folder: string,
): Promise<Example> {
  const from = new URL(`docs/examples/${name}/`, ROOT);
  const directory = await Deno.makeTempDir({ dir: folder });
  for await (const { name, isFile } of Deno.readDir(from)) {
    if (!isFile) continue;
    const text = await Deno.readTextFile(new URL(name, from));
    await Deno.writeTextFile(
      `${directory}/${name}`,
      text.replace(/"@etcdeno\/client": "[^"]*"/, ""),
    );
  }
  return {
    async run([program = "", ...args]) {
      const { code, stdout, stderr } = await new Deno.Command("sh", {
        // What it starts is the same program.
        args: [
          "-c",
          'PATH=$(dirname "$0"):$PATH exec "$0" "$@"',
          program,
          ...args,
        ],
        cwd: directory,
        stdin: "null",
        env: { NO_COLOR: "1" },
        signal: AbortSignal.timeout(LIMIT_MS),
      }).output();
      const decoder = new TextDecoder();
      return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(directory, { recursive: true });
    },
  };
}
