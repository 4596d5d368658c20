import { untilAborted } from "../../api/waiting/mod.ts";

interface Waiter {
  readonly revision: bigint;
  resolve(): void;
}

/** The waits until a view reaches a revision. */
export class Waiters {
  readonly #waiting = new Set<Waiter>();

  /** Whether there are any. */
  get any(): boolean {
    return this.#waiting.size > 0;
  }

  /** Waits until the revision has been reached, or the signal's end. */
  wait(revision: bigint, signal: AbortSignal): Promise<void> {
    return untilAborted(signal, (resolve) => {
      const waiter = { revision, resolve };
      this.#waiting.add(waiter);
      return () => this.#waiting.delete(waiter);
    });
  }

  /** The view has reached a revision. */
  reached(revision: bigint): void {
    for (const waiter of this.#waiting) {
      if (waiter.revision > revision) continue;
      this.#waiting.delete(waiter);
      waiter.resolve();
    }
  }
}
