import { type Clock, onAbort } from "../../balancers/transport/mod.ts";

/** Waits so long, and no longer than until the signal is aborted. */
export async function pause(
  ms: number,
  { clock, signal }: {
    readonly clock: Pick<Clock, "hold">;
    readonly signal?: AbortSignal;
  },
): Promise<void> {
  const over = Promise.withResolvers<void>();
  const cancelTimer = clock.hold(ms, over.resolve);
  const unlink = onAbort(signal, () => over.resolve());
  await over.promise;
  cancelTimer();
  unlink();
}
