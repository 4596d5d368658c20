import type { Clock } from "../../balancers/transport/mod.ts";
import { Repeater } from "../_repeater.ts";
import type { Upstream } from "./_upstream.ts";
import type { Upstreams } from "./_upstreams.ts";

/** Options of a watchdog. */
export interface WatchdogOptions {
  readonly upstreams: Upstreams;
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Resolves if the endpoint is well. */
  check(upstream: Upstream): Promise<void>;
  /** Called for an endpoint that is not well, while another one is active. */
  onUnwell(upstream: Upstream, error: Error): void;
  /** Called when the only active endpoint is not well. */
  onLastUnwell(): void;
}

/**
 * Probes active endpoints. The last active one stays active whatever its probe
 * says: an endpoint that is unwell is better than none.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #repeater: Repeater;

  constructor(options: WatchdogOptions) {
    const { clock, intervalMs } = options;
    this.#options = options;
    this.#repeater = new Repeater({
      clock,
      intervalMs,
      task: () => this.#round(),
    });
  }

  /** Ends the probes. */
  close(): void {
    this.#repeater.close();
  }

  async #round(): Promise<void> {
    await Promise.all(this.#active().map((upstream) => this.#look(upstream)));
  }

  async #look(upstream: Upstream): Promise<void> {
    const { check, onUnwell, onLastUnwell } = this.#options;
    try {
      await check(upstream);
    } catch (error) {
      if (this.#repeater.closed) return;
      const others = this.#active().filter((other) => other !== upstream);
      if (others.length === 0) onLastUnwell();
      else onUnwell(upstream, error as Error);
    }
  }

  #active(): readonly Upstream[] {
    return this.#options.upstreams.all.filter(({ state }) =>
      state === "active"
    );
  }
}
