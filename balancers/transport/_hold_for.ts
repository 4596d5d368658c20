import { LONGEST_MS } from "./_clock.ts";

/**
 * Runs a task when a time is over, which may be `Infinity`; returns what
 * cancels it. Until then the process stays alive, as somebody waits.
 */
export function holdFor(ms: number, task: () => void): () => void {
  const timer = ms > LONGEST_MS
    ? setInterval(() => {}, LONGEST_MS)
    : setTimeout(task, Math.max(ms, 0));
  return () => clearTimeout(timer);
}
