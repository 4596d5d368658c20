/** The project's folder. */
export const ROOT: URL = new URL("../../../", import.meta.url);

/** What Deno is given that runs a program with the project's settings. */
export const RUN: readonly string[] = [
  "run",
  "--no-prompt",
  "--no-lock",
  "--config",
  new URL("deno.json", ROOT).pathname,
];

/** What a program has left. */
export interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
  readonly tookMs: number;
}

/** What a program may do, and finds in its environment. */
export interface ProgramOptions {
  readonly permissions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** When it is killed. */
  readonly limitMs?: number;
}

/** Runs a program that uses the client, to its own end. */
export async function run(
  program: string,
  {
    permissions = ["--allow-net", "--allow-env"],
    env = {},
    limitMs = 20_000,
  }: ProgramOptions = {},
): Promise<Ended> {
  const startedAt = performance.now();
  const child = new Deno.Command("deno", {
    args: [...RUN, ...permissions, "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    // Has glibc fill what is freed, so that using it is seen at once.
    env: { MALLOC_PERTURB_: "165", ...env },
    signal: AbortSignal.timeout(limitMs),
  }).spawn();
  const writer = child.stdin.getWriter();
  const preamble = `import { Client, EtcdError } from "${new URL(
    "mod.ts",
    ROOT,
  )}";\n`;
  await writer.write(new TextEncoder().encode(preamble + program));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  return {
    code,
    output: new TextDecoder().decode(stdout),
    errors: new TextDecoder().decode(stderr),
    tookMs: performance.now() - startedAt,
  };
}
