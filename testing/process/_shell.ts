import { type ChildProcess, spawn } from "node:child_process";
import { childEnvironment } from "./_environment.ts";

/** The way of a shell's output. */
export interface ShellOptions {
  readonly stdout: "pipe" | "ignore";
}

/**
 * Starts a script that outlives this process: `sh` is the only program that is
 * ever started, so a permission for it is enough.
 */
export function shell(
  script: string,
  args: readonly string[],
  { stdout }: ShellOptions,
): ChildProcess {
  const child = spawn("sh", ["-c", script, "sh", ...args], {
    stdio: ["pipe", stdout, "ignore"],
    env: childEnvironment(),
    // A runtime kills the other children of a program that ends by an error,
    // and a terminal signals them: these have work to do after that.
    detached: true,
  });
  // Its end is told otherwise; what was written too late does not matter.
  child.stdin?.on("error", () => {});
  return child;
}
