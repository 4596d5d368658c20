import type { Work } from "./operation.ts";

/** One run of a program. */
export interface Run extends Work {
  /** `host:port` of each member. */
  readonly endpoints: readonly string[];
  /** The file with who has signed their certificates, if they have TLS. */
  readonly ca?: string | undefined;
}

/** The command that starts a program. */
export interface Command {
  readonly path: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The command that starts a Deno program with this repository's settings. */
export function ownCommand(
  file: URL,
  env: Readonly<Record<string, string>>,
): Command {
  const config = new URL("../../deno.json", import.meta.url).pathname;
  return {
    path: Deno.execPath(),
    args: ["run", "-A", "--no-lock", "--config", config, file.pathname],
    env,
  };
}

/** A program that cannot be had, with the reason. */
export interface Missing {
  readonly missing: string;
}

/** A program that does the operations with one client. */
export interface Program {
  /** The program's name on the command line. */
  readonly name: string;
  /** The program's name for people. */
  readonly title: string;
  /** The operations it has. */
  readonly operations: readonly string[];
  /** The factor by which it is given more operations: it is that quick. */
  readonly countFactor?: number;
  /** Gets it ready; resolves to the function that gives a run its command. */
  prepare(): Promise<((run: Run) => Command) | Missing>;
}
