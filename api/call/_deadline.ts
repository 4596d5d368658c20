import type { Clock } from "../../balancers/transport/mod.ts";
import { untilAborted } from "../waiting/mod.ts";
import type { CallState } from "./_state.ts";

/** The end of a call, and the clock that its deadline is on. */
export interface Deadline extends Pick<CallState, "deadlineAt" | "signal"> {
  /** Tells the time. */
  readonly clock: Pick<Clock, "now" | "hold">;
  /** Says why the call fails at its deadline. */
  late(): unknown;
}

/** Begins some work and waits for it, until the deadline at most. */
export function untilDeadline<T>(
  { clock, deadlineAt, signal, late }: Deadline,
  begin: () => Promise<T>,
): Promise<T> {
  const leftMs = deadlineAt - clock.now();
  return untilAborted(signal, (resolve, reject) => {
    const stopTimer = leftMs === Infinity
      ? () => {}
      : clock.hold(leftMs, () => reject(late()));
    begin().then(resolve, reject).finally(stopTimer);
    return stopTimer;
  });
}

/** Waits before a repetition, if it has to, until the deadline at most. */
export async function pauseBeforeDeadline(
  { clock, deadlineAt, signal, late }: Deadline,
  delayMs: number,
): Promise<void> {
  if (delayMs === 0) return;
  const leftMs = deadlineAt - clock.now();
  await untilAborted(
    signal,
    (resolve) => clock.hold(Math.min(delayMs, leftMs), resolve),
  );
  if (leftMs <= delayMs) throw late();
}
