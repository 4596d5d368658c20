import type { CallState } from "./_state.ts";
import { pause, untilAborted } from "../waiting/mod.ts";

/**
 * Begins some work and waits for it, for no longer than the call has time: then `late` says
 * what it fails with.
 */
export function within<T>(
  { deadlineAt, signal }: Pick<CallState, "deadlineAt" | "signal">,
  begin: () => Promise<T>,
  late: () => unknown,
): Promise<T> {
  const leftMs = deadlineAt - performance.now();
  return untilAborted(signal, (resolve, reject) => {
    const timer = leftMs === Infinity
      ? undefined
      : setTimeout(() => reject(late()), Math.max(leftMs, 0));
    begin().then(resolve, reject).finally(() => clearTimeout(timer));
    return () => clearTimeout(timer);
  });
}

/** Waits before a repetition, for no longer than the call has time. */
export async function pauseWithin(
  { deadlineAt, signal }: CallState,
  delayMs: number,
  late: () => unknown,
): Promise<void> {
  const leftMs = deadlineAt - performance.now();
  await pause(Math.max(Math.min(delayMs, leftMs), 0), signal);
  if (leftMs <= delayMs) throw late();
}
