/** The newest revision that was seen. */
export class Seen {
  #revision: bigint;

  constructor(revision: bigint) {
    this.#revision = revision;
  }

  get revision(): bigint {
    return this.#revision;
  }

  /** Takes note of a revision; older ones change nothing. */
  note(revision: bigint): void {
    if (revision > this.#revision) this.#revision = revision;
  }

  /**
   * The store has gone back behind `floor`, and is at this revision now. What
   * others have noted since then stays.
   */
  goBackTo(revision: bigint, { floor }: { readonly floor: bigint }): void {
    if (this.#revision >= floor) this.#revision = revision;
    else this.note(revision);
  }

  forget(): void {
    this.#revision = 0n;
  }
}
