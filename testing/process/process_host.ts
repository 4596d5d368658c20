import { WorkerHost } from "../worker/mod.ts";
import type { ProcessEvent, ProcessRequest } from "./_protocol.ts";
import type { Signal } from "./supervised.ts";
import { PROCESS_WORKER } from "./_worker.ts";

/** A process of the worker, as the main thread sees it. */
export interface HostedProcess {
  readonly pid: number;
  readonly running: boolean;
  /** Resolves when the process has ended. */
  readonly exited: Promise<void>;
  /** Sends a signal; resolves when it is in effect (a `TERM`: sent). */
  signal(signal: Signal): Promise<void>;
}

/** Starts processes that do not outlive this one, in a worker. */
export class ProcessHost implements AsyncDisposable {
  readonly #running = new Map<number, PromiseWithResolvers<void>>();
  // An exit may be told before the answer that names the pid is looked at.
  readonly #gone = new Set<number>();
  readonly #worker: WorkerHost<ProcessRequest, ProcessEvent>;

  constructor() {
    this.#worker = new WorkerHost<ProcessRequest, ProcessEvent>({
      program: PROCESS_WORKER,
      close: { op: "close" },
      onEvent: ({ pid }) => this.#onExit(pid),
    });
  }

  /** Makes a directory that is removed with the host. */
  async makeRoot(prefix: string): Promise<string> {
    return await this.#worker.ask({ op: "root", prefix }) as string;
  }

  /** Starts a program, with what it prints appended to the file `log`. */
  async start(
    command: readonly string[],
    log: string,
  ): Promise<HostedProcess> {
    const pid = await this.#worker.ask({ op: "start", command, log }) as number;
    const exit = Promise.withResolvers<void>();
    this.#running.set(pid, exit);
    if (this.#gone.delete(pid)) this.#onExit(pid);
    const isRunning = (): boolean => this.#running.get(pid) === exit;
    const whileHeld = (): Promise<void> => this.#worker.hold(exit.promise);
    return {
      pid,
      get exited() {
        return whileHeld();
      },
      get running() {
        return isRunning();
      },
      signal: async (signal) => {
        if (!isRunning()) return;
        await this.#worker.ask({ op: "signal", pid, signal });
      },
    };
  }

  /** Kills what runs and removes the directory. Idempotent. */
  close(): Promise<void> {
    return this.#worker.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #onExit(pid: number): void {
    const exit = this.#running.get(pid);
    if (exit === undefined) {
      this.#gone.add(pid);
      return;
    }
    this.#running.delete(pid);
    exit.resolve();
  }
}
