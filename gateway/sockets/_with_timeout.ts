import { type Clock, onAbort } from "../../balancers/transport/mod.ts";

/** A task, and how long it may take. */
export interface TimeLimit {
  /** The words for the task, as in "Cannot connect to …". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly clock: Pick<Clock, "hold">;
}

/** Options of a task with a timeout. */
export interface TimeoutOptions extends TimeLimit {
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
  options.signal.throwIfAborted();
  const ended = new AbortController();
  const unlink = onAbort(options.signal, (reason) => ended.abort(reason));
  const cancelTimer = abortLate(ended, options);
  try {
    return await task(ended.signal);
  } catch (error) {
    ended.signal.throwIfAborted();
    throw error;
  } finally {
    cancelTimer();
    unlink();
  }
}

/**
 * Aborts a task when its time is over, with a `Deno.errors.TimedOut`; returns
 * what keeps that from happening.
 */
export function abortLate(
  task: AbortController,
  { what, timeoutMs, clock }: TimeLimit,
): () => void {
  return clock.hold(timeoutMs, () =>
    task.abort(
      new Deno.errors.TimedOut(
        `Cannot ${what}: no answer in ${timeoutMs} ms`,
      ),
    ));
}
