import type { WatchEvent } from "./types.ts";

/**
 * The start of a watch on the server: one revision before the first it has not
 * received. The events of that revision are dropped when they come.
 *
 * Newer servers (3.5.22, 3.6.2) answer no progress request as long as a start
 * lies ahead of the store: a watch that has received everything would get no
 * answer.
 */
export class WatchStart {
  /** The oldest revision the server has, once it has said so. */
  #oldest = 0n;

  /** The start to ask for, given the next revision to receive. */
  before(next: bigint | undefined): bigint | undefined {
    if (next === undefined || next === 1n || next === this.#oldest) return next;
    return next - 1n;
  }

  /**
   * Whether only the revision that would be dropped was compacted away. The
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

/** Leaves out events before a start; a relisting watch begins earlier. */
export function since(
  start: bigint,
  events: readonly WatchEvent[],
): readonly WatchEvent[] {
  if (start === 0n) return events;
  return events.filter(({ kv }) => kv.modRevision >= start);
}
