import { type Clock, SYSTEM_CLOCK } from "../../balancers/transport/mod.ts";
import { untilAborted } from "./_abortable.ts";

/** The options of a pause. */
export interface PauseOptions {
  /** Ends it before its time, with the signal's reason. */
  readonly signal: AbortSignal | undefined;
  /** @default {the system's} */
  readonly clock?: Pick<Clock, "hold"> | undefined;
}

/** Waits for a time, but not beyond the signal. */
export function pause(
  ms: number,
  { signal, clock = SYSTEM_CLOCK }: PauseOptions,
): Promise<void> {
  return untilAborted(signal, (resolve) => clock.hold(ms, resolve));
}
