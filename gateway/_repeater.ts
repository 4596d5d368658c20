import type { Clock } from "../balancers/transport/mod.ts";

/** Options of a repeater: the task, and how often it runs. */
export interface RepeaterOptions {
  readonly clock: Clock;
  /** The time from the end of one run to the start of the next. */
  readonly intervalMs: number;
  /** The time before the first run. @default {the interval} */
  readonly firstMs?: number;
  /** The task; it must not reject. */
  task(): Promise<void>;
}

/** Runs a task again and again, until it is closed. */
export class Repeater {
  readonly #options: RepeaterOptions;
  #cancelTimer: () => void;
  #closed = false;

  constructor(options: RepeaterOptions) {
    this.#options = options;
    this.#cancelTimer = this.#arm(options.firstMs ?? options.intervalMs);
  }

  /** Whether no run will follow the one that may be under way. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Ends the repetition; a run that is under way is not waited for. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer();
  }

  #arm(waitMs: number): () => void {
    return this.#options.clock.schedule(waitMs, () => void this.#run());
  }

  async #run(): Promise<void> {
    await this.#options.task();
    if (!this.#closed) this.#cancelTimer = this.#arm(this.#options.intervalMs);
  }
}
