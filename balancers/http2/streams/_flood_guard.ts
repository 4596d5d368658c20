import type { Clock } from "../../transport/mod.ts";
import { ConnectionError, ENHANCE_YOUR_CALM } from "../frames/mod.ts";
import { STREAM_WINDOW_BYTES } from "../socket/mod.ts";

/** So many frames that nobody asked for, within this time, are too many. */
export const MAX_USELESS_FRAMES = 10_000;
const WITHIN_MS = 10_000;

/**
 * So many frames may come of a stream after it was given up: a window of small
 * messages, which are on their way while a reader gives up a stream of them,
 */
const LATE_FRAMES = STREAM_WINDOW_BYTES / 64;
/** and so many of all such streams: a bound on the work, not on what is usual. */
const MAX_LATE_FRAMES = 10_000_000;

/**
 * Ends the connection to a peer that sends nothing but PING, SETTINGS, empty
 * DATA and the like (RFC 9113, 10.5): each costs work, and some an answer.
 */
export class FloodGuard {
  readonly #clock: Clock;
  #useless = 0;
  #since = 0;
  /** The number of frames that may come of streams that were given up. */
  #late = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A stream was reset: the peer may have answered before it hears of that. */
  givenUp(): void {
    this.#late = Math.min(this.#late + LATE_FRAMES, MAX_LATE_FRAMES);
  }

  /**
   * A frame has come of a stream that is closed.
   *
   * @throws {ConnectionError} If there were too many.
   */
  late(what: string): void {
    if (this.#late > 0) this.#late--;
    else this.useless(what);
  }

  /** A frame has come that brings a call further. */
  useful(): void {
    this.#useless = 0;
  }

  /**
   * A frame has come that does not.
   *
   * @throws {ConnectionError} If there were too many.
   */
  useless(what: string): void {
    this.#useless++;
    if (this.#useless === 1) this.#since = this.#clock.now();
    if (this.#useless < MAX_USELESS_FRAMES) return;
    if (this.#clock.now() - this.#since > WITHIN_MS) {
      this.#useless = 0;
      return;
    }
    throw new ConnectionError(
      ENHANCE_YOUR_CALM,
      `Cannot keep up with the server: it sent ${MAX_USELESS_FRAMES} frames that mean nothing, the last of them ${what}`,
    );
  }
}
