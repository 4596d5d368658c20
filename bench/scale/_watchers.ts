import type { Client } from "../../mod.ts";
import type { Step, StepResult } from "./_step.ts";

/** Opens watchers of one key and delivers one event to all of them. */
export async function holdWatchers(
  client: Client,
  { count, seconds }: Step,
): Promise<StepResult> {
  const watches = Array.from({ length: count }, () => client.watch("bench/s"));
  await Promise.all(watches.map(({ ready }) => ready));
  const opened = seconds();
  const putAt = performance.now();
  await client.put("bench/s", "x");
  await Promise.all(watches.map(async (watch) => {
    const { done } = await watch[Symbol.asyncIterator]().next();
    if (done) throw new Error("Cannot receive an event: the watch has ended");
  }));
  return {
    seconds: opened,
    remark: `an event to all in ${(performance.now() - putAt).toFixed(0)} ms`,
  };
}
