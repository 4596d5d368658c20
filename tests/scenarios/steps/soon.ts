import { sleep } from "../../harness/mod.ts";

/** Waits for a condition that need not come true, for no longer than this. */
export async function soon(
  condition: () => boolean,
  ms: number,
): Promise<void> {
  const until = performance.now() + ms;
  while (!condition() && performance.now() < until) await sleep(20);
}
