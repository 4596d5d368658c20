// The longest time a timer can wait for.
const NEVER = 2_147_483_647;

/**
 * Runs a task when a time is over, which may be `Infinity`; returns what
 * cancels it. Until then the process stays alive, as somebody waits.
 */
export function holdFor(ms: number, task: () => void): () => void {
  const timer = ms > NEVER
    ? setInterval(() => {}, NEVER)
    : setTimeout(task, Math.max(ms, 0));
  return () => clearTimeout(timer);
}
