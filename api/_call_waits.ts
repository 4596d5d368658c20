import type { CallState } from "./_call_state.ts";

/**
 * Waits for some work, for no longer than the call has time: then `late` says
 * what it fails with.
 */
export function within(
  call: CallState,
  work: Promise<void>,
  late: () => unknown,
): Promise<void> {
  return wait(call, call.deadlineAt - performance.now(), (resolve, reject) => {
    work.then(resolve, reject);
    return () => reject(late());
  });
}

/** Waits before a repetition, for no longer than the call has time. */
export function pause(
  call: CallState,
  delayMs: number,
  late: () => unknown,
): Promise<void> {
  const leftMs = call.deadlineAt - performance.now();
  return wait(call, Math.min(delayMs, leftMs), (resolve, reject) => () => {
    if (leftMs > delayMs) resolve();
    else reject(late());
  });
}

/** Starts something and ends it after a time, unless the call is aborted. */
function wait(
  { signal }: CallState,
  ms: number,
  start: (
    resolve: () => void,
    reject: (reason: unknown) => void,
  ) => () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    const onAbort = () => {
      end();
      reject(signal?.reason);
    };
    const timer = ms === Infinity
      ? undefined
      : setTimeout(() => over(), Math.max(ms, 0));
    signal?.addEventListener("abort", onAbort);
    const over = start(() => {
      end();
      resolve();
    }, (reason) => {
      end();
      reject(reason);
    });
  });
}
