// In calls that earn a share of a second attempt each. A client has credit for
// 64 at the start, and saves up for 256: with 64 readers at once, all of them
// come to wait for a silent member before the first one is late.
const CREDIT_CALLS = { first: 640, most: 2_560, least: 100 };

/** The reads that may be sent to a second member: a share of all calls. */
export class HedgeBudget {
  readonly #share: number;
  #credit: number;

  /** Takes the share of all calls. */
  constructor(share: number) {
    this.#share = share;
    this.#credit = share * CREDIT_CALLS.first;
  }

  /** A call has succeeded. */
  earn(): void {
    this.#credit = Math.min(
      this.#credit + this.#share,
      this.#share * CREDIT_CALLS.most,
    );
  }

  /**
   * Takes one, if there is one. There are never more at once than calls in
   * flight: whatever was saved up, a slow cluster gets at most twice the load,
   * once.
   */
  spend(inFlight: number): boolean {
    const atOnce = Math.max(this.#share * CREDIT_CALLS.least, inFlight);
    this.#credit = Math.min(this.#credit, atOnce);
    if (this.#credit < 1) return false;
    this.#credit--;
    return true;
  }
}
