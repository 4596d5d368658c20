import type { ClientSettings, Orders } from "./_protocol.ts";

/** Longer than all that an order may wait for. */
const ANSWER_MS = 180_000;

/** The process with the client under test. */
export class ClientProcess {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncGenerator<string>;

  /** Starts a program; see `program.ts`. */
  constructor(program: URL, settings: ClientSettings) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--no-lock",
        "--v8-flags=--expose-gc",
        "--config",
        new URL("../../deno.json", import.meta.url).pathname,
        "--allow-net",
        // What grpc-js asks for, it does not get.
        "--ignore-env",
        program.pathname,
        JSON.stringify(settings),
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#lines = readLines(this.#child.stdout);
  }

  /** The id of the process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Has an order followed. */
  async ask<Name extends keyof Orders>(
    name: Name,
    needs: Orders[Name]["needs"],
  ): Promise<Orders[Name]["answer"]> {
    const order = `${JSON.stringify({ name, ...needs })}\n`;
    await this.#input.write(new TextEncoder().encode(order));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new Error(`Cannot go on: no answer to '${name}' in ${ANSWER_MS} ms`),
        );
      }, ANSWER_MS);
    });
    try {
      const { value, done } = await Promise.race([this.#lines.next(), late]);
      if (done) throw new Error(`Cannot go on: the client died at '${name}'`);
      return JSON.parse(value);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process, if it has not ended by itself. */
  async close(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#input.abort().catch(() => {});
    for await (const _ of this.#lines);
    await this.#child.status;
  }
}

async function* readLines(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<string> {
  const pieces: string[] = [];
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = text.split("\n");
    pieces.push(lines.shift() ?? "");
    for (const line of lines) {
      yield pieces.join("");
      pieces.splice(0, pieces.length, line);
    }
  }
}
