import { untilAborted } from "./_abortable.ts";

/**
 * Whose turn it is within one session: for a name it has one place in the
 * queue on the server, which one after another has to itself.
 */
export class LocalTurns {
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Whether somebody has the turn. */
  taken(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** Waits for the turn; resolves to what passes it on. */
  async take(id: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const queue = this.#waiting.get(id);
    if (queue === undefined) this.#waiting.set(id, []);
    else await this.#wait(queue, signal);
    return () => {
      const next = this.#waiting.get(id)?.shift();
      if (next === undefined) this.#waiting.delete(id);
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
