import type { SoakResult } from "./result.ts";

/** A soak, and the code that it ran. */
export interface SoakRecord extends SoakResult {
  readonly commit: string;
  /** Whether published code differed from the commit: it counts for nothing. */
  readonly dirty: boolean;
}

const PUBLISHED = ["mod.ts", "api", "balancers", "errors", "proto"];

/** The commit that runs. */
export async function runningCommit(): Promise<
  Pick<SoakRecord, "commit" | "dirty">
> {
  return {
    commit: (await git("rev-parse", "HEAD")).trim(),
    dirty: await git("status", "--porcelain", "--", ...PUBLISHED) !== "",
  };
}

const EXCLUSIVE = true;

/** Appends to a file, also while other soaks do. */
export async function appendRecord(
  path: string | URL,
  record: SoakRecord,
): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true, create: true });
  await file.lock(EXCLUSIVE);
  const text = await Deno.readTextFile(path);
  const records = text.trim() === "" ? [] : JSON.parse(text);
  await Deno.writeTextFile(
    path,
    `${JSON.stringify([...records, record], undefined, 2)}\n`,
  );
}

async function git(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("git", {
    args: [...args],
    cwd: new URL("../../", import.meta.url),
  }).output();
  const text = new TextDecoder();
  if (code === 0) return text.decode(stdout);
  throw new Error(`Cannot tell the commit: ${text.decode(stderr)}`);
}
