import type { Client } from "../../mod.ts";
import { type Figures, timeCalls, type Workload } from "./_timed.ts";

/** A new client and its first call, one after another. */
export async function connectAndGet(
  open: () => Client,
  workload: Workload,
): Promise<Figures> {
  const closing: Promise<void>[] = [];
  const figures = await timeCalls(workload, async () => {
    const client = open();
    await client.get("bench/a");
    // Not waited for: the peers that can wait for it do not either.
    closing.push(client.close());
  });
  await Promise.all(closing);
  return figures;
}
