/**
 * Counts the timers that are started from here on: imported before anything
 * that starts one. `process.getActiveResourcesInfo()` leaves out those that do
 * not keep the process alive, which are most of a client's.
 *
 * @module
 */
import process from "node:process";

const running = new Set<unknown>();
const { setTimeout: start, clearTimeout: cancel, setInterval: repeat } =
  globalThis;

globalThis.setTimeout = ((
  task: (...args: unknown[]) => void,
  ms?: number,
  ...args: unknown[]
) => {
  const timer = start(() => {
    running.delete(timer);
    task(...args);
  }, ms);
  running.add(timer);
  return timer;
}) as typeof setTimeout;

globalThis.setInterval = ((
  task: (...args: unknown[]) => void,
  ms?: number,
  ...args: unknown[]
) => {
  const timer = repeat(() => task(...args), ms);
  running.add(timer);
  return timer;
}) as typeof setInterval;

globalThis.clearTimeout =
  globalThis.clearInterval =
    ((timer?: Parameters<typeof clearTimeout>[0]) => {
      running.delete(timer);
      cancel(timer);
    }) as typeof clearTimeout;

/** Timers started and not ended. */
export function countTimers(): number {
  return running.size;
}

/** Timers that keep the process alive, whoever started them. */
export function countActiveTimers(): number {
  return process.getActiveResourcesInfo()
    .filter((kind) => kind === "Timeout").length;
}
