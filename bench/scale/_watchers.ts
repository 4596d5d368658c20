import type { Client } from "../../mod.ts";
import { stopwatch } from "./_stopwatch.ts";
import type { Step, StepResult } from "./_step.ts";

/** Opens watchers of one key and delivers one event to all of them. */
export async function holdWatchers(
  client: Client,
  { count, taken }: Step,
): Promise<StepResult> {
  const watches = Array.from({ length: count }, () => client.watch("bench/s"));
  await Promise.all(watches.map(({ ready }) => ready));
  const opened = taken();
  const putAt = performance.now();
  await client.put("bench/s", "x");
  await Promise.all(watches.map(async (watch) => {
    const { done } = await watch[Symbol.asyncIterator]().next();
    if (done) throw new Error("Cannot receive an event: the watch has ended");
  }));
  return {
    ...opened,
    remark: `an event to all in ${(performance.now() - putAt).toFixed(0)} ms`,
  };
}

/** Cuts the connection of watchers, and waits until all are live again. */
export async function bringBackWatchers(
  client: Client,
  { count, cut }: Pick<Step, "count"> & { readonly cut: string },
): Promise<StepResult> {
  let live = 0;
  let all = Promise.withResolvers<void>();
  const watches = Array.from(
    { length: count },
    () =>
      client.watch("bench/s", {
        onStateChange: ({ kind }) => {
          if (kind === "live" && ++live === count) all.resolve();
        },
      }),
  );
  await all.promise;
  live = 0;
  all = Promise.withResolvers();
  const taken = stopwatch();
  await (await fetch(cut, { method: "POST" })).body?.cancel();
  await all.promise;
  const back = taken();
  const opened = watches.filter(({ state }) => state.kind === "live").length;
  return { ...back, remark: `${opened} live` };
}
