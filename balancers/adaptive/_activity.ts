import type { Members } from "./_members.ts";

/** Whether the client is in use: at rest it has no timers and asks nobody. */
export class Activity {
  readonly #members: Members;
  readonly #onWake: () => void;
  #picks = 0;
  #asleep = true;

  /** Begins at rest; `onWake` is called when that ends. */
  constructor(members: Members, onWake: () => void) {
    this.#members = members;
    this.#onWake = onWake;
  }

  /** A number to give to {@linkcode idleSince} later. */
  get mark(): number {
    return this.#picks;
  }

  /** Whether the client is at rest. */
  get asleep(): boolean {
    return this.#asleep;
  }

  /** A call or stream needs a connection. */
  picked(): void {
    this.#picks++;
    if (!this.#asleep) return;
    this.#asleep = false;
    this.#onWake();
  }

  /** Whether nothing has begun since the mark was taken, and nothing runs. */
  idleSince(mark: number): boolean {
    return mark === this.#picks && this.#members.inFlight === 0;
  }

  /** Waits for the next pick, to call `onWake`. */
  sleep(): void {
    this.#asleep = true;
  }
}
