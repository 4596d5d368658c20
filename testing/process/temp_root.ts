import type { ChildProcess } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { temporaryFolder } from "./_environment.ts";
import { shell } from "./_shell.ts";

/**
 * Removes a directory: when told by a line of standard input, or at its end.
 * Then programs may still be ending, and write once more, so it looks twice.
 */
const JANITOR = `
trap '' INT TERM HUP
remove() {
  tries=0
  while ! rm -rf "$1" 2>/dev/null && [ "$tries" -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.05
  done
}
if read -r _; then
  remove "$1"
else
  remove "$1"
  sleep 0.3
  remove "$1"
fi
[ ! -e "$1" ]
`;

/** The place of a {@linkcode TempRoot}. */
export interface TempRootOptions {
  /** @default {the system's place for them} */
  readonly dir?: string;
  /** The beginning of its name. */
  readonly prefix: string;
}

/** A temporary directory that does not outlive this process. */
export class TempRoot implements AsyncDisposable {
  readonly path: string;
  readonly #janitor: ChildProcess;
  readonly #removed: Promise<boolean>;
  #closing: Promise<void> | undefined;

  private constructor(path: string) {
    this.path = path;
    this.#janitor = shell(JANITOR, [path], { stdout: "ignore" });
    this.#removed = new Promise((resolve) => {
      const failed = false;
      this.#janitor.on("error", () => resolve(failed));
      this.#janitor.on("close", (code) => resolve(code === 0));
    });
  }

  /** Makes the directory. */
  static async create(options: TempRootOptions): Promise<TempRoot> {
    const { dir = temporaryFolder(), prefix } = options;
    return new TempRoot(await mkdtemp(`${dir}/${prefix}`));
  }

  /** Removes the directory. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#janitor.stdin?.end("now\n");
    if (await this.#removed) return;
    throw new Error(`Cannot remove ${this.path}: something still writes it`);
  }
}
