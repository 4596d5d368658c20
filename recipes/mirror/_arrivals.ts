import { type Clock, untilAborted } from "../../api/waiting/mod.ts";
import type { Revision } from "./_copies.ts";

// So many copies wait at most; then the watch is not read on.
const MOST_COPIES = 4_000;

/** Revisions that have come and are not applied yet. */
export class Arrivals {
  readonly #signal: AbortSignal;
  #waiting: Revision[] = [];
  #copies = 0;
  #hasEnded = false;
  readonly #waiters = new Set<() => void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** All that wait, from the oldest. */
  get all(): readonly Revision[] {
    return this.#waiting;
  }

  add(revisions: readonly Revision[]): void {
    for (const revision of revisions) {
      this.#waiting.push(revision);
      this.#copies += revision.copies.length;
    }
    this.#wake();
  }

  /** So many of the oldest are applied. */
  drop(count: number): void {
    for (const { copies } of this.#waiting.splice(0, count)) {
      this.#copies -= copies.length;
    }
    this.#wake();
  }

  /** Nothing comes any more. */
  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  /** Waits until others may be added. */
  async room(): Promise<void> {
    while (this.#copies > MOST_COPIES && !this.#hasEnded) {
      await untilAborted(this.#signal, (resolve) => {
        this.#waiters.add(resolve);
        return () => this.#waiters.delete(resolve);
      });
    }
  }

  /** Waits until there are some: or an end, or the time is over. */
  async some(
    { timeoutMs, clock }: {
      readonly timeoutMs: number;
      readonly clock: Pick<Clock, "hold">;
    },
  ): Promise<"some" | "ended" | "late"> {
    if (this.#waiting.length === 0 && !this.#hasEnded) {
      await untilAborted(this.#signal, (resolve) => {
        const wake = () => {
          stop();
          this.#waiters.delete(wake);
          resolve();
        };
        const stop = clock.hold(timeoutMs, wake);
        this.#waiters.add(wake);
        return () => {
          stop();
          this.#waiters.delete(wake);
        };
      });
    }
    if (this.#waiting.length > 0) return "some";
    return this.#hasEnded ? "ended" : "late";
  }

  #wake(): void {
    const woken = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of woken) wake();
  }
}
