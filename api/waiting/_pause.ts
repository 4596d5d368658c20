import { SYSTEM_CLOCK } from "../../balancers/transport/mod.ts";
import { untilAborted } from "./_abortable.ts";

/** Waits for a time, but not beyond the signal. */
export function pause(
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return untilAborted(signal, (resolve) => SYSTEM_CLOCK.hold(ms, resolve));
}
