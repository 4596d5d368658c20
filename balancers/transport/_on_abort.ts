/** The calls to make when a signal is aborted, under numbers in their order. */
interface Listeners {
  readonly all: Map<number, (reason: unknown) => void>;
  readonly onEvent: () => void;
}

// One event listener for each signal: a signal looks through those that it has
// for each one that is added, and many calls may share one.
const listenersOf = new WeakMap<AbortSignal, Listeners>();
let last = 0;

/**
 * Calls `listener` with the reason when a signal is aborted; at once, before
 * this returns, if it has been already. Returns what takes the listener away,
 * so that nothing stays with a signal that lives long.
 */
export function onAbort(
  signal: AbortSignal | undefined,
  listener: (reason: unknown) => void,
): () => void {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    listener(signal.reason);
    return () => {};
  }
  const listeners = listenersOf.get(signal) ?? listenTo(signal);
  const id = ++last;
  listeners.all.set(id, listener);
  return () => {
    if (!listeners.all.delete(id) || listeners.all.size > 0) return;
    if (listenersOf.get(signal) !== listeners) return;
    listenersOf.delete(signal);
    signal.removeEventListener("abort", listeners.onEvent);
  };
}

function listenTo(signal: AbortSignal): Listeners {
  const all: Listeners["all"] = new Map();
  const onEvent = () => {
    listenersOf.delete(signal);
    for (const [id, listener] of all) {
      all.delete(id);
      call(listener, signal.reason);
    }
  };
  const listeners = { all, onEvent };
  listenersOf.set(signal, listeners);
  signal.addEventListener("abort", onEvent, { once: true });
  return listeners;
}

/** As an event does it: one that throws does not keep it from the others. */
function call(listener: (reason: unknown) => void, reason: unknown): void {
  try {
    listener(reason);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
