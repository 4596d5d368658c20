import type { Client } from "../../mod.ts";
import type { Step, StepResult } from "./_step.ts";

const MIB = 1_024 ** 2;

/** Reads a snapshot of at least so many MiB to its end and keeps nothing. */
export async function readSnapshot(
  client: Client,
  { count, taken }: Step,
): Promise<StepResult> {
  let bytes = 0;
  for await (const chunk of client.maintenance.snapshot()) {
    bytes += chunk.length;
  }
  const mib = bytes / MIB;
  if (mib < count) {
    throw new Error(`Cannot read ${count} MiB: the snapshot has ${mib} MiB`);
  }
  const all = taken();
  return {
    ...all,
    remark: `${mib.toFixed(0)} MiB, ${(mib / all.seconds).toFixed(0)} MiB/s`,
  };
}
