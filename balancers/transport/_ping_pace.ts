import { LONGEST_MS } from "./_clock.ts";

/** HTTP/2 pings while a call or stream is open. */
export interface PingOptions {
  /** The silence of a connection after which it is pinged, in milliseconds. */
  readonly timeMs: number;
  /** The time the answer may take, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * The pace at which the connections of a client are pinged. A server that
 * closes one with `too_many_pings` would do so again and again: from then on
 * there is twice the time between pings, on every new connection, as gRPC asks
 * of clients (proposal A8).
 */
export class PingPace {
  readonly #timeoutMs: number;
  #timeMs: number;

  constructor({ timeMs, timeoutMs }: PingOptions) {
    this.#timeMs = timeMs;
    this.#timeoutMs = timeoutMs;
  }

  /** The pings that a new connection makes. */
  get current(): PingOptions {
    return { timeMs: this.#timeMs, timeoutMs: this.#timeoutMs };
  }

  /**
   * A server has found these pings too many. Connections made with the same pings
   * end together, and double their interval once.
   */
  tooMany({ timeMs }: PingOptions): void {
    this.#timeMs = Math.max(this.#timeMs, Math.min(2 * timeMs, LONGEST_MS));
  }
}
