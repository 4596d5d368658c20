import type { Clock } from "../balancers/_clock.ts";
import type { Upstream } from "./_upstream.ts";
import type { Upstreams } from "./_upstreams.ts";

/** What a watchdog needs and tells. */
export interface WatchdogOptions {
  readonly upstreams: Upstreams;
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Resolves if the endpoint is well. */
  check(upstream: Upstream): Promise<void>;
  /** The endpoint is not well, and another one is there. */
  onUnwell(upstream: Upstream, error: Error): void;
  /** The only active endpoint is not well. */
  onLastUnwell(): void;
}

/**
 * Looks after active endpoints by a probe. The last one that is active stays
 * so: an endpoint that is unwell is better than none.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#arm();
  }

  /** Stops looking. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
  }

  #arm(): void {
    const { clock, intervalMs } = this.#options;
    this.#cancelTimer = clock.schedule(intervalMs, () => void this.#round());
  }

  async #round(): Promise<void> {
    const active = this.#active();
    await Promise.all(active.map((upstream) => this.#look(upstream)));
    if (!this.#closed) this.#arm();
  }

  async #look(upstream: Upstream): Promise<void> {
    try {
      await this.#options.check(upstream);
    } catch (error) {
      const others = this.#active().filter((other) => other !== upstream);
      if (this.#closed) return;
      if (others.length === 0) this.#options.onLastUnwell();
      else this.#options.onUnwell(upstream, error as Error);
    }
  }

  #active(): readonly Upstream[] {
    return this.#options.upstreams.all.filter(({ state }) =>
      state === "active"
    );
  }
}
