/** Child processes of the task runner, and what becomes of Ctrl-C. */

/** `inherit`: theirs is ours; `tee`: shown and kept; `hold`: only kept. */
export type OutputMode = "inherit" | "tee" | "hold";

/** The options of a child process. */
export interface ChildOptions {
  /** Variables on top of our own. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default {"inherit"} */
  readonly output?: OutputMode;
}

/** The end of a child process. */
export interface ChildResult {
  /** The child's own exit code; 128 and more if a signal ended it. */
  readonly code: number;
  /** Whether a signal ended it, or came to end us while it ran. */
  readonly interrupted: boolean;
  /** Empty for `inherit`; standard output only for `tee`. */
  readonly output: string;
}

// Windows knows the others not at all, or not as a wish to end.
const SIGNALS = Deno.build.os === "windows"
  ? ["SIGINT"] as const
  : ["SIGHUP", "SIGINT", "SIGTERM"] as const;
// A process the child left behind keeps the pipe open for as long as it lives.
const PIPE_GRACE_MS = 2_000;

/** Runs the Deno we run on, which need not be on the PATH under npx. */
export function runDeno(
  args: readonly string[],
  options: ChildOptions = {},
): Promise<ChildResult> {
  return runChild([Deno.execPath(), ...args], options);
}

/** Runs a program to its end; signals to us reach it, and we wait for it. */
export async function runChild(
  command: readonly string[],
  { env = {}, output = "inherit" }: ChildOptions = {},
): Promise<ChildResult> {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    args,
    env,
    stdout: output === "inherit" ? "inherit" : "piped",
    stderr: output === "hold" ? "piped" : "inherit",
    stdin: "inherit",
  }).spawn();
  const forwarding = forwardSignals(child);
  const chunks: Uint8Array[] = [];
  try {
    const pipes = output === "inherit" ? [] : [
      drain(child.stdout, { chunks, output }),
      ...(output === "hold" ? [drain(child.stderr, { chunks, output })] : []),
    ];
    const { code } = await child.status;
    await settledWithin(pipes, PIPE_GRACE_MS);
    return {
      code,
      interrupted: code >= 128 || forwarding.received,
      output: await new Blob(chunks as BlobPart[]).text(),
    };
  } finally {
    forwarding.stop();
  }
}

async function drain(
  stream: ReadableStream<Uint8Array>,
  { chunks, output }: {
    readonly chunks: Uint8Array[];
    readonly output: OutputMode;
  },
): Promise<void> {
  for await (const chunk of stream) {
    chunks.push(chunk);
    if (output === "tee") await writeAll(chunk);
  }
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await Deno.stdout.write(bytes.subarray(at));
  }
}

async function settledWithin(
  pending: readonly Promise<void>[],
  limitMs: number,
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  try {
    await Promise.race([Promise.all(pending), limit]);
  } finally {
    clearTimeout(timer);
  }
}

interface Forwarding {
  readonly received: boolean;
  stop(): void;
}

function forwardSignals(child: Deno.ChildProcess): Forwarding {
  let received = false;
  const listeners = SIGNALS.map((signal) => {
    const listener = () => {
      received = true;
      // A terminal sends Ctrl-C to the whole group: the child has its own.
      if (signal === "SIGINT" && Deno.stdin.isTerminal()) return;
      try {
        child.kill(signal);
      } catch (error) {
        // It ended between the signal and this line: nothing left to tell.
        if (!(error instanceof TypeError)) throw error;
      }
    };
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  return {
    get received() {
      return received;
    },
    stop: () => listeners.forEach((remove) => remove()),
  };
}
