import { type Clock, LONGEST_MS } from "../../balancers/transport/mod.ts";

/**
 * Runs a task at a time of the clock, however far away. The task is told by
 * how much it is late: timers wait while other work keeps the event loop busy.
 * Returns what cancels it.
 */
export function runAt(
  clock: Clock,
  atMs: number,
  task: (lateMs: number) => void,
): () => void {
  const waitMs = Math.max(atMs - clock.now(), 0);
  const dueAt = clock.now() + waitMs;
  let cancel = clock.schedule(Math.min(waitMs, LONGEST_MS), () => {
    if (waitMs > LONGEST_MS) cancel = runAt(clock, atMs, task);
    else task(clock.now() - dueAt);
  });
  return () => cancel();
}
