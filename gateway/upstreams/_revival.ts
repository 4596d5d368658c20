import type { Clock } from "../../balancers/transport/mod.ts";
import type { Upstream } from "./_upstream.ts";
import type { Upstreams } from "./_upstreams.ts";
import type { GatewayEvent } from "../view.ts";

/** Options of a revival. */
export interface RevivalOptions {
  readonly upstreams: Upstreams;
  readonly clock: Clock;
  /** Milliseconds between attempts while another endpoint serves. */
  readonly retryDelayMs: number;
  /** Resolves if the endpoint can be used. */
  check(upstream: Upstream): Promise<void>;
  onEvent(event: GatewayEvent): void;
}

/** The attempts on one endpoint. */
interface Attempts {
  failures: number;
  endedAtMs: number;
  dueAtMs: number;
  running: boolean;
  cancelTimer: (() => void) | undefined;
  /** Resolves when the next attempt has ended, or none will follow. */
  ended: PromiseWithResolvers<void>;
}

/**
 * The first wait while no endpoint is active, and the shortest of all: clients
 * that come by the thousand do not make dials by the thousand.
 */
const FIRST_WAIT_MS = 100;

/**
 * Tries inactive endpoints again: every `retryDelayMs` while another serves;
 * while none does, at once and then after growing waits, and whenever a client
 * asks.
 */
export class Revival {
  readonly #options: RevivalOptions;
  readonly #attempts = new Map<Upstream, Attempts>();
  /** Callbacks that wake whoever waits for an active endpoint. */
  readonly #waiting = new Set<() => void>();
  #closed = false;

  constructor(options: RevivalOptions) {
    this.#options = options;
  }

  /** Adds an endpoint that is down; returns the time until the next attempt. */
  add(upstream: Upstream): number {
    this.#attempts.set(upstream, {
      failures: 0,
      endedAtMs: this.#options.clock.now(),
      dueAtMs: Infinity,
      running: false,
      cancelTimer: undefined,
      ended: Promise.withResolvers<void>(),
    });
    this.#armAll();
    return this.#waitMs(0);
  }

  /** Follows a changed list: drops what left it, sets the other timers anew. */
  onEndpoints(): void {
    for (const upstream of this.#attempts.keys()) {
      if (!this.#options.upstreams.all.includes(upstream)) this.#drop(upstream);
    }
    if (this.#options.upstreams.anyActive) this.#tellBack();
    else this.#armAll();
  }

  /**
   * Tries all inactive endpoints, and resolves to whether one is active as
   * soon as that is known.
   */
  async any(): Promise<boolean> {
    const { upstreams } = this.#options;
    if (upstreams.anyActive || this.#closed) return upstreams.anyActive;
    const tries = [...this.#attempts.values()].map(({ ended }) =>
      ended.promise
    );
    this.hurry();
    const back = Promise.withResolvers<void>();
    // Not one promise for all: it would keep every client of a long outage.
    this.#waiting.add(back.resolve);
    await Promise.race([back.promise, Promise.all(tries)]);
    this.#waiting.delete(back.resolve);
    return upstreams.anyActive;
  }

  /** Tries all inactive endpoints at once, or after the shortest wait. */
  hurry(): void {
    for (const [upstream, attempts] of this.#attempts) {
      this.#arm(upstream, this.#restMs(attempts));
    }
  }

  /** Ends all waiting. Attempts that run end by the signal of their dial. */
  close(): void {
    this.#closed = true;
    for (const upstream of this.#attempts.keys()) this.#drop(upstream);
    this.#tellBack();
  }

  /** Sets every timer anew: without an active endpoint they are shorter. */
  #armAll(): void {
    const { upstreams } = this.#options;
    for (const [upstream, attempts] of this.#attempts) {
      if (!upstreams.anyActive && attempts.dueAtMs !== Infinity) {
        attempts.failures = 0;
      }
      this.#arm(upstream, this.#waitMs(attempts.failures));
    }
  }

  #waitMs(failures: number): number {
    const { upstreams, retryDelayMs } = this.#options;
    if (upstreams.anyActive) return retryDelayMs;
    return Math.min(FIRST_WAIT_MS * 2 ** failures, retryDelayMs);
  }

  #restMs({ endedAtMs }: Attempts): number {
    const { clock } = this.#options;
    return Math.max(0, endedAtMs + FIRST_WAIT_MS - clock.now());
  }

  /** Starts the next attempt after `waitMs`, unless it is due before. */
  #arm(upstream: Upstream, waitMs: number): void {
    const attempts = this.#attempts.get(upstream);
    if (attempts === undefined || attempts.running) return;
    const { clock } = this.#options;
    const dueAtMs = clock.now() + waitMs;
    if (attempts.dueAtMs <= dueAtMs) return;
    attempts.cancelTimer?.();
    attempts.dueAtMs = dueAtMs;
    attempts.cancelTimer = clock.schedule(
      waitMs,
      () => void this.#attempt(upstream, attempts),
    );
  }

  async #attempt(upstream: Upstream, attempts: Attempts): Promise<void> {
    const { check, clock, onEvent } = this.#options;
    attempts.cancelTimer = undefined;
    attempts.dueAtMs = Infinity;
    attempts.running = true;
    let failure: Error | undefined;
    try {
      await check(upstream);
    } catch (error) {
      failure = error as Error;
    }
    // It may have left the list meanwhile.
    if (this.#attempts.get(upstream) !== attempts) return;
    if (failure === undefined) {
      this.#drop(upstream);
      if (!upstream.activate()) return;
      onEvent({ type: "activated", endpoint: upstream.address });
      this.#tellBack();
      return;
    }
    attempts.running = false;
    attempts.endedAtMs = clock.now();
    attempts.failures++;
    upstream.deactivate(failure);
    const retryMs = this.#waitMs(attempts.failures);
    this.#arm(upstream, retryMs);
    onEvent({
      type: "still_inactive",
      endpoint: upstream.address,
      error: failure,
      retryMs,
    });
    attempts.ended.resolve();
    attempts.ended = Promise.withResolvers<void>();
  }

  #drop(upstream: Upstream): void {
    const attempts = this.#attempts.get(upstream);
    attempts?.cancelTimer?.();
    attempts?.ended.resolve();
    this.#attempts.delete(upstream);
  }

  #tellBack(): void {
    for (const wake of this.#waiting) wake();
  }
}
