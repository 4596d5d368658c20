import type { Work } from "./_operation.ts";

/** One run of a program. */
export interface Run extends Work {
  /** `host:port` of each member. */
  readonly endpoints: readonly string[];
  /** The file with who has signed their certificates, if they have TLS. */
  readonly ca?: string | undefined;
}

/** How a program is started. */
export interface Command {
  readonly path: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How a Deno program of this repository is started, with its settings. */
export function ownCommand(
  file: URL,
  env: Readonly<Record<string, string>>,
): Command {
  const config = new URL("../deno.json", import.meta.url).pathname;
  return {
    path: Deno.execPath(),
    args: ["run", "-A", "--no-lock", "--config", config, file.pathname],
    env,
  };
}

/** What a program that cannot be had is, with the reason. */
export interface Missing {
  readonly missing: string;
}

/** A program that does the operations with one client. */
export interface Program {
  /** Its name on the command line. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  /** The operations it has. */
  readonly operations: readonly string[];
  /** How many times the others' operations it is given: it is that quick. */
  readonly countFactor?: number;
  /** Gets it ready; resolves to how a run of it is started. */
  prepare(): Promise<((run: Run) => Command) | Missing>;
}
