import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { shell } from "./_shell.ts";

/** Signals for a supervised process. */
export type Signal = "TERM" | "KILL" | "STOP" | "CONT";

/**
 * Starts the program and waits for it, while a second shell obeys the signal
 * names on standard input, and answers each once it is in effect. At its end,
 * that is when this process is gone however it went, the program is killed.
 *
 * The shells ignore polite signals, the program does not.
 */
const SUPERVISE = `
exec 3<&0
log=$1
shift
if ! true 2>/dev/null >>"$log"; then
  echo "it cannot write $log"
  exit 1
fi
trap '' INT TERM HUP
(trap - INT TERM HUP; exec "$@") </dev/null >>"$log" 2>&1 3<&- &
pid=$!
echo "$pid"
(
  exec 2>/dev/null
  while read -r name <&3; do
    kill -s "$name" "$pid"
    if [ "$name" = STOP ]; then
      until case $(cat "/proc/$pid/stat") in
        *") T "* | "") true ;;
        *) false ;;
      esac; do :; done
    fi
    echo "done"
  done
  kill -s KILL "$pid"
) &
reader=$!
wait "$pid"
status=$?
kill -s KILL "$reader"
wait "$reader"
echo "exit $status"
`;

/** A program that dies with this process, and that takes signals. */
export class Supervised {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #exited = Promise.withResolvers<void>();
  readonly #unanswered: (() => void)[] = [];
  #running = true;

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
  }

  /** Starts `command`, with what it prints appended to the file `log`. */
  static start(command: readonly string[], log: string): Promise<Supervised> {
    const child = shell(SUPERVISE, [log, ...command], { stdout: "pipe" });
    const { stdout } = child;
    if (stdout === null) throw new TypeError("Cannot read a shell: no output");
    return new Promise((resolve, reject) => {
      let program: Supervised | undefined;
      const refuse = (state: string): void =>
        reject(new Error(`Cannot start ${command[0]}: ${state}`));
      createInterface({ input: stdout }).on("line", (line) => {
        if (program !== undefined) return program.#onLine(line);
        if (!/^\d+$/.test(line)) return refuse(line);
        program = new Supervised(child, Number(line));
        resolve(program);
      });
      child.on("error", reject);
      child.on("close", () => {
        if (program === undefined) refuse("the shell gave no pid");
        else program.#onEnd();
      });
    });
  }

  /** Whether the program has not ended yet. */
  get running(): boolean {
    return this.#running;
  }

  /** Resolves when the program has ended. */
  get exited(): Promise<void> {
    return this.#exited.promise;
  }

  /**
   * Sends a signal; resolves when it is in effect (a `TERM`: when it is sent).
   * Does nothing when the program has ended.
   */
  async signal(name: Signal): Promise<void> {
    if (!this.#running) return;
    const answer = Promise.withResolvers<void>();
    this.#unanswered.push(answer.resolve);
    // If the program has ended since, its end is the answer.
    this.#child.stdin?.write(`${name}\n`);
    await answer.promise;
  }

  /** Kills the program; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.signal("KILL");
    await this.exited;
  }

  #onLine(line: string): void {
    if (line === "done") this.#unanswered.shift()?.();
  }

  #onEnd(): void {
    this.#running = false;
    for (const answer of this.#unanswered.splice(0)) answer();
    this.#child.stdin?.destroy();
    this.#exited.resolve();
  }
}
