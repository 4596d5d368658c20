import type { Clock } from "../balancers/transport/mod.ts";

/** What is repeated, and how often. */
export interface RepeaterOptions {
  readonly clock: Clock;
  /** From the end of one run to the start of the next. */
  readonly intervalMs: number;
  /** Before the first run. @default {the interval} */
  readonly firstMs?: number;
  /** Must not reject. */
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

  /** Whether a run that has not ended yet is the last one. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Ends it; what runs is not waited for. */
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
