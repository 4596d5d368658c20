// A program in a process of its own, whose lines are read while it runs.
import { RUN } from "../../unit/support/_program.ts";

// A busy machine, and an election on the way.
const LINE_TIMEOUT_MS = 60_000;

/** How a program is started. */
export interface StartOptions {
  /** Whether its types are checked first, which takes seconds. */
  readonly check: boolean;
  /** What it finds in its environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** A program that runs. Disposal kills it, if it has not ended by itself. */
export class RunningProgram implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: string[] = [];
  readonly #done: Promise<void>;
  readonly #errors: Promise<string>;
  #running = true;
  #news = Promise.withResolvers<void>();
  /** How many lines {@linkcode printed} has passed. */
  #passed = 0;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#errors = new Response(child.stderr).text();
    this.#done = this.#read();
  }

  /** Starts it with the project's settings, from its text. */
  static async start(
    text: string,
    { check, env = {} }: StartOptions,
  ): Promise<RunningProgram> {
    const checked = check ? "--check" : "--no-check";
    const child = new Deno.Command("deno", {
      args: [...RUN, "--quiet", checked, "--allow-all", "-"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env,
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
    return new RunningProgram(child);
  }

  /** Its lines so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /**
   * Resolves to the next line that matches, behind the one it has resolved to
   * before. Rejects with what the program says if it ends without.
   */
  async printed(pattern: string | RegExp): Promise<string> {
    const deadline = AbortSignal.timeout(LINE_TIMEOUT_MS);
    const late = Promise.withResolvers<void>();
    deadline.addEventListener("abort", () => late.resolve());
    for (;;) {
      const news = this.#news.promise;
      while (this.#passed < this.#lines.length) {
        const line = this.#lines[this.#passed++] ?? "";
        const fits = typeof pattern === "string"
          ? line === pattern
          : pattern.test(line);
        if (fits) return line;
      }
      if (!this.#running) throw await this.#failure(`ended before ${pattern}`);
      await Promise.race([news, late.promise]);
      if (deadline.aborted) throw await this.#failure(`has no ${pattern}`);
    }
  }

  /** Resolves when it has ended by itself, without an error. */
  async ended(): Promise<void> {
    const { code } = await this.#child.status;
    await this.#done;
    if (code !== 0) throw await this.#failure(`ended with ${code}`);
  }

  /** Sends SIGKILL, SIGSTOP or SIGCONT to the process. */
  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    if (!this.#running) return;
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It has ended, which is not known here yet.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGKILL");
    await this.#child.status;
    await Promise.all([this.#done, this.#errors]);
  }

  async #read(): Promise<void> {
    let rest = "";
    const texts = this.#child.stdout.pipeThrough(new TextDecoderStream());
    for await (const text of texts) {
      const lines = `${rest}${text}`.split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
      this.#tell();
    }
    await this.#child.status;
    this.#running = false;
    this.#tell();
  }

  #tell(): void {
    const told = this.#news;
    this.#news = Promise.withResolvers();
    told.resolve();
  }

  async #failure(state: string): Promise<Error> {
    this.signal("SIGKILL");
    return new Error(
      `Cannot go on: the program ${state}: ${
        JSON.stringify(this.#lines)
      }\n${await this.#errors}`,
    );
  }
}
