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
  const onEvent = () => listener(signal.reason);
  if (signal.aborted) onEvent();
  else signal.addEventListener("abort", onEvent, { once: true });
  return () => signal.removeEventListener("abort", onEvent);
}
