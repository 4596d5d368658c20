import type { WatchEvent } from "./types.ts";

/**
 * Where a watch starts on the server: one revision before the first it has
 * not received, which is dropped again. Newer servers (3.5.22, 3.6.2) tell no
 * progress as long as a start lies ahead of the store, and so would leave a
 * watch that has received everything without an answer.
 */
export class WatchStart {
  /** The oldest revision the server has, once it has said so. */
  #oldest = 0n;

  /** The start to ask for if this is the next revision to receive. */
  before(next: bigint | undefined): bigint | undefined {
    if (next === undefined || next === 1n || next === this.#oldest) return next;
    return next - 1n;
  }

  /**
   * Whether all that was compacted away is what would have been dropped: the
   * watch can then start at `next` itself.
   */
  survives(compactRevision: bigint, next: bigint | undefined): boolean {
    if (compactRevision !== next || compactRevision === this.#oldest) {
      return false;
    }
    this.#oldest = compactRevision;
    return true;
  }
}

/** One that relists follows its keys from before a start that is ahead. */
export function since(
  start: bigint,
  events: readonly WatchEvent[],
): readonly WatchEvent[] {
  return events.filter(({ kv }) => kv.modRevision >= start);
}
