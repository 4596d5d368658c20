import { onAbort } from "../../balancers/transport/mod.ts";

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
    const unlink = onAbort(signal, (reason) => {
      undo();
      reject(reason);
    });
    const undo = start((value) => {
      unlink();
      resolve(value);
    }, (reason) => {
      unlink();
      reject(reason);
    });
  });
}

/** A promise that rejects with the signal's reason if that comes first. */
export async function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  // Nobody waits for it if the signal has come already.
  promise.catch(() => {});
  await untilAborted(signal, (resolve, reject) => {
    promise.then(() => resolve(), reject);
    return () => {};
  });
  return await promise;
}
