import { waitFor } from "../../harness/mod.ts";

/** The command's file. */
export const MAIN: string =
  new URL("../../../gateway/main.ts", import.meta.url).pathname;

/**
 * Becomes the program. A second shell kills it if this process goes without
 * having said that it has ended, as when a run of the tests is interrupted.
 */
const EXEC = `exec 3<&0
(trap '' INT TERM HUP; read -r _ <&3 || kill -s KILL $$) >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-`;

/** How the command is started. */
export interface GatewayProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Besides the network. */
  readonly permissions?: readonly string[];
  /** In place of Deno and the permissions, such as a compiled binary. */
  readonly program?: readonly string[];
  /** Said to the shell before, such as `ulimit -n 40`. */
  readonly shell?: string;
  /** The last line that is read; from then on nobody reads its log. */
  readonly readUntil?: string;
  /** `never`: its log stays in the pipe until it is full. @default {"always"} */
  readonly read?: "always" | "never";
}

/** The command in a process of its own, with the permissions the docs name. */
export class GatewayProcess implements AsyncDisposable {
  /** What it wrote to standard error, line by line. */
  readonly lines: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;

  constructor(
    args: readonly string[],
    options: GatewayProcessOptions = {},
  ) {
    const { env = {}, permissions = [], shell = ":", readUntil } = options;
    const deno = ["deno", "run", "--no-prompt", "--allow-net", ...permissions];
    const { program = [...deno, MAIN] } = options;
    this.#child = new Deno.Command("sh", {
      args: ["-c", `${shell}; ${EXEC}`, "sh", ...program, ...args],
      env,
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#reading = options.read === "never"
      ? Promise.resolve()
      : this.#read(readUntil);
  }

  /** How it ended. */
  get status(): Promise<Deno.CommandStatus> {
    return this.#child.status;
  }

  /** Its exit code, which must not take it long. */
  async exitCode(): Promise<number> {
    let code: number | undefined;
    this.status.then((status) => code = status.code);
    // A code may be 0.
    const ended = await waitFor(
      "the command's end",
      () => code === undefined ? undefined : { code },
      { timeoutMs: 8_000 },
    );
    return ended.code;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The first line with this text, waiting for it. */
  async line(text: string): Promise<string> {
    return await waitFor(
      `a line with '${text}'`,
      () => this.lines.find((line) => line.includes(text)),
      { timeoutMs: 20_000 },
    );
  }

  /** Where it listens, once it is ready. */
  async address(): Promise<string> {
    const line = await this.line("ready to proxy client requests");
    return /listen-address"?[=:]"([^"]+)/.exec(line)?.[1] ?? "";
  }

  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#child.status;
    const stdin = this.#child.stdin.getWriter();
    await stdin.write(new TextEncoder().encode("ended\n"));
    await stdin.close();
    await this.#reading;
    // What was never read is closed all the same.
    if (!this.#child.stderr.locked) await this.#child.stderr.cancel();
  }

  async #read(until: string | undefined): Promise<void> {
    let rest = "";
    const text = this.#child.stderr.pipeThrough(new TextDecoderStream());
    for await (const chunk of text) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      this.lines.push(...lines);
      // Leaving the loop closes our end of the pipe.
      if (until && lines.some((line) => line.includes(until))) return;
    }
    if (rest !== "") this.lines.push(rest);
  }
}
