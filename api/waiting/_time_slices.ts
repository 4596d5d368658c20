import { setImmediate } from "node:timers";

// Long enough to be worth a turn, short enough for whatever else is due.
const TURN_MS = 20;

/** More keys than so many are worth it. */
export const MANY = 5_000;

/**
 * Does work step by step, and lets timers and connections have their turn now
 * and then: leases are renewed and pings answered meanwhile.
 *
 * @throws {unknown} The signal's reason, if it is aborted meanwhile.
 */
export async function inTurns<T>(
  steps: Generator<undefined, T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let startedAt = performance.now();;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - startedAt < TURN_MS) continue;
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    signal?.throwIfAborted();
    startedAt = performance.now();
  }
}
