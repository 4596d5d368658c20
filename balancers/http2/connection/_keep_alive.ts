import type { Clock, PingOptions } from "../../transport/mod.ts";

/** The owner, which pings the peer and is told if it is dead. */
export interface KeepAliveHost {
  readonly clock: Clock;
  /** Sends a PING. */
  ping(): void;
  /** There was no sign of life since a PING. */
  dead(reason: string): void;
}

/**
 * Pings a peer that was silent for a time while calls are open (RFC 9113, 6.7,
 * gRPC proposal A8). Whatever it sends is a sign of life. Time without a call
 * does not count, and calls that come and go do not start it anew: a client
 * whose calls time out one after the other finds out as well.
 */
export class KeepAlive {
  readonly #pings: PingOptions | undefined;
  readonly #host: KeepAliveHost;
  readonly #clock: Clock;
  #stopTimer: (() => void) | undefined;
  /** When the peer last sent something, or the connection began. */
  #heardAt: number;
  /** When the PING was sent that nothing has come after. */
  #pingedAt: number | undefined;
  #restingSince: number;
  #state: "resting" | "awake" | "closed" = "resting";

  constructor(pings: PingOptions | undefined, host: KeepAliveHost) {
    this.#pings = pings;
    this.#host = host;
    this.#clock = host.clock;
    this.#heardAt = this.#restingSince = host.clock.now();
    if (pings === undefined) this.#state = "closed";
  }

  /** The peer has sent something. */
  heard(): void {
    if (this.#state === "closed") return;
    const now = this.#clock.now();
    this.#heardAt = now;
    if (this.#state === "resting") this.#restingSince = now;
    if (this.#pingedAt === undefined) return;
    this.#pingedAt = undefined;
    if (this.#state === "awake") this.#arm();
  }

  /** There is no call any more: the peer is left alone. */
  rest(): void {
    if (this.#state !== "awake") return;
    this.#state = "resting";
    this.#restingSince = this.#clock.now();
    this.#stopTimer?.();
  }

  /** There is a call now, where there was none. */
  wake(): void {
    if (this.#state !== "resting") return;
    this.#state = "awake";
    const restedMs = this.#clock.now() - this.#restingSince;
    this.#heardAt += restedMs;
    if (this.#pingedAt !== undefined) this.#pingedAt += restedMs;
    this.#arm();
  }

  /** Stops for good. */
  close(): void {
    this.#state = "closed";
    this.#stopTimer?.();
  }

  #arm(): void {
    const { timeMs = 0, timeoutMs = 0 } = this.#pings ?? {};
    if (this.#pingedAt === undefined) {
      this.#at(this.#heardAt + timeMs, () => this.#look(timeMs));
      return;
    }
    this.#at(this.#pingedAt + timeoutMs, () => {
      this.close();
      this.#host.dead(`no answer to a ping within ${timeoutMs} ms`);
    });
  }

  #look(timeMs: number): void {
    const now = this.#clock.now();
    if (now - this.#heardAt >= timeMs) {
      this.#pingedAt = now;
      this.#host.ping();
    }
    this.#arm();
  }

  #at(at: number, then: () => void): void {
    this.#stopTimer?.();
    const waitMs = Math.max(Math.ceil(at - this.#clock.now()), 0);
    // What keeps the process alive is the connection.
    this.#stopTimer = this.#clock.schedule(waitMs, then);
  }
}
