import { setImmediate } from "node:timers";
import { SYSTEM_CLOCK } from "../../balancers/transport/mod.ts";

// Long enough to get on, short enough for whatever else is due.
const SLICE_MS = 20;

/** Work on more keys than so many is worth slicing. */
export const MANY_KEYS = 5_000;

/**
 * Does work step by step, in slices of time. Between them, timers and
 * connections get the event loop: leases are renewed and pings answered.
 *
 * @throws {unknown} The signal's reason, if it is aborted meanwhile.
 */
export async function inTimeSlices<T>(
  steps: Generator<undefined, T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const { now } = SYSTEM_CLOCK;
  for (let startedAt = now();;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (now() - startedAt < SLICE_MS) continue;
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    signal?.throwIfAborted();
    startedAt = now();
  }
}
