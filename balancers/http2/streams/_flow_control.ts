/** Windows (RFC 9113, 5.2 and 6.9). */
import {
  ConnectionError,
  DEFAULT_WINDOW_SIZE,
  FLOW_CONTROL_ERROR,
  MAX_WINDOW_SIZE,
} from "../frames/mod.ts";

/**
 * A receive window: the bytes the peer may still send, on one stream or on all.
 */
export class ReceiveWindow {
  readonly #size: number;
  /** The bytes that came and were not given back. */
  #used = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Counts what came; returns whether it was allowed. */
  use(bytes: number): boolean {
    this.#used += bytes;
    return this.#used <= this.#size;
  }

  /**
   * The bytes to give back now: all but those that somebody still holds. 0 as
   * long as they are less than half of the window.
   */
  giveBack(heldBytes: number): number {
    const free = this.#used - heldBytes;
    if (2 * free < this.#size) return 0;
    this.#used = heldBytes;
    return free;
  }
}

/**
 * The send window: the bytes that may still be sent to the peer on all streams
 * together.
 */
export class SendWindow {
  /** Not below 0: SETTINGS do not change it. */
  size: number = DEFAULT_WINDOW_SIZE;

  /**
   * The peer gives some back.
   *
   * @throws {ConnectionError} If it is more than there can be.
   */
  grow(increment: number): void {
    this.size += increment;
    if (this.size <= MAX_WINDOW_SIZE) return;
    throw new ConnectionError(
      FLOW_CONTROL_ERROR,
      `Cannot count the window of the connection: WINDOW_UPDATE makes it ${this.size}`,
    );
  }
}
