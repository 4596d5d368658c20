/** After so many bytes, of all tunnels, everything else has its turn. */
const TURN_BYTES = 4 << 20;

/**
 * Lets everything else have its turn while tunnels take all they can get: they
 * count their bytes together, and all wait when it is time.
 *
 * As long as something is ready, Deno looks for new connections and answers
 * only now and then, and an immediate is ready. What a thread does is not, and
 * costs far less than the shortest timer.
 */
export class Turns {
  #bytes = 0;
  #turn: Promise<void> | undefined;

  /** Counts bytes that were passed on; gives the turn to wait for, if any. */
  after(bytes: number): Promise<void> | undefined {
    this.#bytes += bytes;
    if (this.#bytes >= TURN_BYTES) this.#turn ??= this.#give();
    return this.#turn;
  }

  async #give(): Promise<void> {
    await crypto.subtle.digest("SHA-256", new Uint8Array(0));
    this.#bytes = 0;
    this.#turn = undefined;
  }
}
