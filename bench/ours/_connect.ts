import type { Client } from "../../mod.ts";
import { type Figures, timeCalls, type Workload } from "./_timed.ts";

/** A new client, its first call, and its end, one after another. */
export async function connectAndGet(
  open: () => Client,
  workload: Workload,
): Promise<Figures> {
  return await timeCalls(workload, async () => {
    await using client = open();
    await client.get("bench/a");
  });
}
