import type { Clock } from "../balancers/_clock.ts";

/** What a refresher needs and tells. */
export interface RefresherOptions<T> {
  readonly clock: Clock;
  readonly intervalMs: number;
  look(): Promise<T>;
  onFound(found: T): void;
  onFailed(error: Error): void;
}

/** Looks for something again and again, until it is closed. */
export class Refresher<T> {
  readonly #options: RefresherOptions<T>;
  #cancelTimer: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: RefresherOptions<T>) {
    this.#options = options;
    this.#arm();
  }

  /** Looks now, unless it does already; the next time is counted from here. */
  now(): Promise<void> {
    this.#cancelTimer?.();
    this.#running ??= this.#look();
    return this.#running;
  }

  /** Ends it; what runs is finished and its result dropped. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
  }

  #arm(): void {
    const { clock, intervalMs } = this.#options;
    this.#cancelTimer = clock.schedule(intervalMs, () => void this.now());
  }

  async #look(): Promise<void> {
    const { look, onFound, onFailed } = this.#options;
    try {
      const found = await look();
      if (!this.#closed) onFound(found);
    } catch (error) {
      if (!this.#closed) onFailed(error as Error);
    }
    this.#running = undefined;
    if (!this.#closed) this.#arm();
  }
}
