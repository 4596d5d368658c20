import { type Clock, onAbort } from "../../balancers/transport/mod.ts";

/** Options of a task with a timeout. */
export interface TimeoutOptions {
  /** The words for the task, as in "Cannot connect to …". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly clock: Pick<Clock, "hold">;
  /** Ends the task as well, with its own reason. */
  readonly signal: AbortSignal;
}

/**
 * Runs a task that is told by a signal when its time is over.
 *
 * @throws {Deno.errors.TimedOut} If that is why it failed.
 */
export async function withTimeout<T>(
  options: TimeoutOptions,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { what, timeoutMs, clock, signal } = options;
  signal.throwIfAborted();
  const ended = new AbortController();
  const unlink = onAbort(signal, (reason) => ended.abort(reason));
  let isLate = false;
  const cancelTimer = clock.hold(timeoutMs, () => {
    isLate = true;
    ended.abort();
  });
  try {
    return await task(ended.signal);
  } catch (cause) {
    signal.throwIfAborted();
    if (!isLate) throw cause;
    throw new Deno.errors.TimedOut(
      `Cannot ${what}: no answer in ${timeoutMs} ms`,
      { cause },
    );
  } finally {
    cancelTimer();
    unlink();
  }
}
