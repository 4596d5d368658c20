import { ENHANCE_YOUR_CALM } from "./_constants.ts";
import { ConnectionError } from "./_errors.ts";

/** So many frames that nobody asked for, within this time, are too many. */
export const MAX_USELESS_FRAMES = 10_000;
const WITHIN_MS = 10_000;

/**
 * Ends the connection to a peer that sends nothing but PING, SETTINGS, empty
 * DATA and the like (RFC 9113, 10.5): each costs work, and some an answer.
 */
export class FloodGuard {
  #useless = 0;
  #since = 0;

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
    if (this.#useless === 1) this.#since = performance.now();
    if (this.#useless < MAX_USELESS_FRAMES) return;
    if (performance.now() - this.#since > WITHIN_MS) {
      this.#useless = 0;
      return;
    }
    throw new ConnectionError(
      ENHANCE_YOUR_CALM,
      `Cannot keep up with the server: it sent ${MAX_USELESS_FRAMES} frames that mean nothing, the last of them ${what}`,
    );
  }
}
