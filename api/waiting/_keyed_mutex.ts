import { untilAborted } from "./_abortable.ts";

/** A mutex per key: whoever waits for one gets it in the order of asking. */
export class KeyedMutex {
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Whether somebody has the mutex of this key. */
  isLocked(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** Waits for the mutex of a key; resolves to what releases it. */
  async lock(key: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const queue = this.#waiting.get(key);
    if (queue === undefined) this.#waiting.set(key, []);
    else await this.#wait(queue, signal);
    return () => {
      const next = this.#waiting.get(key)?.shift();
      if (next === undefined) this.#waiting.delete(key);
      else next();
    };
  }

  #wait(queue: (() => void)[], signal: AbortSignal): Promise<void> {
    return untilAborted(signal, (onTurn) => {
      queue.push(onTurn);
      return () => queue.splice(queue.indexOf(onTurn), 1);
    });
  }
}
