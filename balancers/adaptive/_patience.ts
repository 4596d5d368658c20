import type { PoolView } from "../strategy.ts";

// A timer that is later than this was held up, and so were the answers.
const STALL_MS = 20;
// The time in which the answers that have arrived meanwhile are read.
const LOOK_MS = 25;

/** The end of a wait. */
export interface Patience {
  /** The time to wait, in milliseconds. */
  readonly ms: number;
  /** Called with the time for which nobody could have answered. */
  readonly onOver: (heldUpMs: number) => void;
}

/**
 * Waits for a time in which answers could come: if the event loop stood still
 * when it was over, a little longer. Returns what cancels it.
 */
export function wait(
  pool: PoolView,
  { ms, onOver }: Patience,
): () => void {
  let heldUpMs = 0;
  let cancel = begin(ms);
  return () => cancel();

  function begin(leftMs: number): () => void {
    const dueAtMs = pool.now() + leftMs;
    return pool.schedule(leftMs, () => {
      const lateMs = pool.now() - dueAtMs;
      if (lateMs <= STALL_MS) return onOver(heldUpMs);
      heldUpMs += lateMs;
      cancel = begin(LOOK_MS);
    });
  }
}
