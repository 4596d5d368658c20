/** What can be sent to a supervised process. */
export type Signal = "TERM" | "KILL" | "STOP" | "CONT";

/**
 * Starts the program and waits for it, while a second shell obeys the signal
 * names on standard input, and answers each once it is in effect. At its end,
 * that is when this process is gone however it went, the program is killed.
 *
 * The shells ignore polite signals, the program does not. No variable named
 * ETCD_* reaches it: etcd would take them for its settings.
 */
const SUPERVISE = `
for name in $(env | sed -n 's/^\\(ETCD_[A-Z0-9_]*\\)=.*/\\1/p'); do
  unset "$name"
done
exec 3<&0
log=$1
shift
: >>"$log"
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

/** A program that dies with this process, and that takes signals. */
export class Supervised {
  readonly pid: number;
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #exited: Promise<void>;
  readonly #unanswered: (() => void)[] = [];
  #running = true;

  /** Use {@linkcode Supervised.start}. */
  constructor(
    child: Deno.ChildProcess,
    pid: number,
    lines: AsyncGenerator<string>,
  ) {
    this.#child = child;
    this.pid = pid;
    this.#stdin = child.stdin.getWriter();
    this.#exited = this.#follow(lines);
  }

  /** Starts `command`, with what it prints appended to the file `log`. */
  static async start(
    command: readonly string[],
    log: string,
  ): Promise<Supervised> {
    const child = shell(SUPERVISE, [log, ...command]);
    const lines = readLines(child.stdout);
    const first = await lines.next();
    const pid = Number(first.value);
    if (first.done || !Number.isInteger(pid)) {
      await child.stdin.close();
      throw new Error(`Cannot start ${command[0]}: the shell gave no pid`);
    }
    return new Supervised(child, pid, lines);
  }

  /** Whether the program has not ended yet. */
  get running(): boolean {
    return this.#running;
  }

  /** Resolves when the program has ended. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  /**
   * Sends a signal; resolves when it is in effect (a `TERM`: when it is sent).
   * Does nothing when the program has ended.
   */
  async signal(name: Signal): Promise<void> {
    if (!this.#running) return;
    const answer = Promise.withResolvers<void>();
    this.#unanswered.push(answer.resolve);
    try {
      await this.#stdin.write(new TextEncoder().encode(`${name}\n`));
    } catch (error) {
      // The program may have ended between the look and the write.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      await this.#exited;
    }
    await answer.promise;
  }

  /** Kills the program; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.signal("KILL");
    await this.#exited;
  }

  async #follow(lines: AsyncGenerator<string>): Promise<void> {
    for await (const line of lines) {
      if (line === "done") this.#unanswered.shift()?.();
    }
    await this.#child.status;
    this.#running = false;
    for (const answer of this.#unanswered.splice(0)) answer();
    try {
      await this.#stdin.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  }
}

/** A temporary directory that does not outlive this process. */
export class TempRoot implements AsyncDisposable {
  readonly path: string;
  readonly #janitor: Deno.ChildProcess;
  #closing: Promise<void> | undefined;

  /** Use {@linkcode TempRoot.create}. */
  constructor(path: string) {
    this.path = path;
    this.#janitor = shell(JANITOR, [path], "null");
  }

  /** Makes the directory, in the system's place for them if no other. */
  static async create(options: Deno.MakeTempOptions): Promise<TempRoot> {
    return new TempRoot(await Deno.makeTempDir(options));
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
    const stdin = this.#janitor.stdin.getWriter();
    await stdin.write(new TextEncoder().encode("now\n"));
    await stdin.close();
    const { success } = await this.#janitor.status;
    if (!success) {
      throw new Error(`Cannot remove ${this.path}: something still writes it`);
    }
  }
}

function shell(
  script: string,
  args: readonly string[],
  stdout: "piped" | "null" = "piped",
): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: ["-c", script, "sh", ...args],
    stdin: "piped",
    stdout,
    stderr: "null",
    // Deno kills the other children of a worker or program that ends by an
    // error, and a terminal signals them: these have work to do after that.
    detached: true,
  }).spawn();
}

async function* readLines(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
