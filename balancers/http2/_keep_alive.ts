import type { Clock, PingOptions } from "../transport/mod.ts";

/** What pings the peer, and is told if it is dead. */
export interface KeepAliveHost {
  readonly clock: Clock;
  /** Sends a PING. */
  ping(): void;
  /** There was no sign of life since a PING. */
  dead(reason: string): void;
}

/**
 * Pings a peer that was silent for a time while calls are open (RFC 9113, 6.7,
 * gRPC proposal A8). Whatever it sends is a sign of life.
 */
export class KeepAlive {
  readonly #pings: PingOptions | undefined;
  readonly #host: KeepAliveHost;
  readonly #clock: Clock;
  #stopTimer: (() => void) | undefined;
  /** Since when the peer is silent, or since when anybody cares. */
  #silentSince = 0;
  #state: "resting" | "watching" | "pinged" | "closed" = "resting";

  constructor(pings: PingOptions | undefined, host: KeepAliveHost) {
    this.#pings = pings;
    this.#host = host;
    this.#clock = host.clock;
    if (pings === undefined) this.#state = "closed";
  }

  /** The peer has sent something. */
  heard(): void {
    if (this.#state === "closed" || this.#state === "resting") return;
    this.#silentSince = this.#clock.now();
    if (this.#state === "pinged") this.#watch();
  }

  /** There is no call any more: the peer is left alone. */
  rest(): void {
    if (this.#state === "closed") return;
    this.#state = "resting";
    this.#stopTimer?.();
  }

  /** There is a call now, where there was none. */
  wake(): void {
    if (this.#state !== "resting") return;
    this.#silentSince = this.#clock.now();
    this.#watch();
  }

  /** Stops for good. */
  close(): void {
    this.#state = "closed";
    this.#stopTimer?.();
  }

  #watch(): void {
    this.#state = "watching";
    const { timeMs = 0 } = this.#pings ?? {};
    const waitMs = this.#silentSince + timeMs - this.#clock.now();
    this.#start(waitMs, () => this.#look(timeMs));
  }

  #look(timeMs: number): void {
    if (this.#clock.now() - this.#silentSince < timeMs) return this.#watch();
    const { timeoutMs = 0 } = this.#pings ?? {};
    this.#state = "pinged";
    this.#host.ping();
    this.#start(timeoutMs, () => {
      this.close();
      this.#host.dead(`no answer to a ping within ${timeoutMs} ms`);
    });
  }

  #start(ms: number, then: () => void): void {
    this.#stopTimer?.();
    // What keeps the process alive is the connection.
    this.#stopTimer = this.#clock.schedule(Math.max(Math.ceil(ms), 0), then);
  }
}
