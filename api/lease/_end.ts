import {
  type Clock,
  LONGEST_MS,
  onAbort,
  SYSTEM_CLOCK,
} from "../../balancers/transport/mod.ts";
import {
  type LeaseLossReason,
  LeaseLostError,
} from "../../errors/specific_errors.ts";
import type { CallOptions } from "../call/mod.ts";
import type { Lease } from "./types.ts";

/** The reason why a lease is lost, if it is. */
export function lossOf(
  { signal }: Pick<Lease, "signal">,
): LeaseLossReason | undefined {
  return signal.reason instanceof LeaseLostError
    ? signal.reason.reason
    : undefined;
}

/** Asks the server whether a lease has ended. If so, its signal is aborted. */
export async function askIfEnded(
  lease: Pick<Lease, "signal" | "timeToLive">,
  options: CallOptions,
): Promise<boolean> {
  await lease.timeToLive(options).catch(() => {});
  return lease.signal.aborted;
}

/**
 * A signal that is aborted when a lease has ended, and its keys with it. A lease
 * that is orphaned lives on, for its whole time at most.
 */
export function leaseEnd(
  lease: Pick<Lease, "signal" | "ttlSeconds">,
  clock: Pick<Clock, "hold"> = SYSTEM_CLOCK,
): { readonly signal: AbortSignal; stop(): void } {
  const { signal, ttlSeconds } = lease;
  const end = new AbortController();
  let stopTimer = () => {};
  const abort = () => end.abort(signal.reason);
  const onEnd = () => {
    if (lossOf(lease) !== "orphaned") return abort();
    stopTimer = clock.hold(Math.min(ttlSeconds * 1_000, LONGEST_MS), abort);
  };
  const unlink = onAbort(signal, onEnd);
  return {
    signal: end.signal,
    stop() {
      stopTimer();
      unlink();
    },
  };
}
