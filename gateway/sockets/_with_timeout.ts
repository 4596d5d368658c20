import { onAbort } from "../../balancers/transport/mod.ts";

/** What limits a task. */
export interface Limits {
  /** What is done, as in "Cannot connect to …". */
  readonly what: string;
  readonly timeoutMs: number;
  /** Ends the task as well, with its own reason. */
  readonly signal: AbortSignal;
}

/**
 * Runs a task that is told by a signal when its time is over.
 *
 * @throws {Deno.errors.TimedOut} If that is why it failed.
 */
export async function within<T>(
  limits: Limits,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { what, timeoutMs, signal } = limits;
  signal.throwIfAborted();
  const ended = new AbortController();
  const unlink = onAbort(signal, (reason) => ended.abort(reason));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    ended.abort();
  }, timeoutMs);
  try {
    return await task(ended.signal);
  } catch (cause) {
    signal.throwIfAborted();
    if (!late) throw cause;
    throw new Deno.errors.TimedOut(
      `Cannot ${what}: no answer in ${timeoutMs} ms`,
      { cause },
    );
  } finally {
    clearTimeout(timer);
    unlink();
  }
}
