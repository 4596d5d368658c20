import { untilAborted } from "./_waits.ts";

/** What ends some work from outside. */
export interface Ends {
  /** The first that is aborted ends it, with its reason. */
  readonly signals: readonly (AbortSignal | undefined)[];
  /** The time it has in milliseconds, `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** Makes the reason when that is over. */
  late(): unknown;
}

/** Does some work under one signal, which it has to obey. */
export async function endingWith<T>(
  { signals, timeoutMs, late }: Ends,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  for (const signal of signals) signal?.throwIfAborted();
  const ended = new AbortController();
  const timer = timeoutMs === Infinity
    ? undefined
    : setTimeout(() => ended.abort(late()), timeoutMs);
  const onAbort = ({ target }: Event) =>
    ended.abort((target as AbortSignal).reason);
  for (const signal of signals) signal?.addEventListener("abort", onAbort);
  try {
    return await work(ended.signal);
  } finally {
    clearTimeout(timer);
    for (const signal of signals) {
      signal?.removeEventListener("abort", onAbort);
    }
  }
}

/** Waits for a promise, but not beyond the signal. */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  await untilAborted(signal, (resolve, reject) => {
    promise.then(() => resolve(), reject);
    return () => {};
  });
  return await promise;
}
