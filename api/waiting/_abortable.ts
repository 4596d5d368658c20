/**
 * Waits for something, unless the signal comes first: then it is undone, and
 * the promise rejects with the signal's reason. `start` begins it, tells when
 * it is done, and gives back how to undo it.
 */
export function untilAborted<T = void>(
  signal: AbortSignal | undefined,
  start: (
    resolve: (value: T) => void,
    reject: (reason: unknown) => void,
  ) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = () => {
      undo();
      reject(signal?.reason);
    };
    const end = () => signal?.removeEventListener("abort", onAbort);
    signal?.addEventListener("abort", onAbort, { once: true });
    const undo = start((value) => {
      end();
      resolve(value);
    }, (reason) => {
      end();
      reject(reason);
    });
  });
}

/** Waits for a time, but not beyond the signal. */
export function pause(
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return untilAborted(signal, (resolve) => {
    const timer = setTimeout(resolve, ms);
    return () => clearTimeout(timer);
  });
}
