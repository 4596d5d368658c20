import process from "node:process";
import type { Taken } from "./_step.ts";

const MS_PER_SECOND = 1_000;
const MICROS_PER_SECOND = 1_000_000;

/** Starts a stopwatch: what it gives tells the time since then. */
export function stopwatch(): () => Taken {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return {
      seconds: (performance.now() - startedAt) / MS_PER_SECOND,
      cpuSeconds: (user + system) / MICROS_PER_SECOND,
    };
  };
}
