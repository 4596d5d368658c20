import { type Client, prefix } from "../../mod.ts";
import type { Step, StepResult } from "./_step.ts";

/** Reads keys one by one and keeps none. */
export async function listKeys(
  client: Client,
  { count, taken }: Step,
): Promise<StepResult> {
  let read = 0;
  for await (const kv of client.kv.list(prefix(`bench/list${count}/`))) {
    if (kv.value.length > 0) read++;
  }
  if (read !== count) throw new Error(`Cannot list ${count} keys: got ${read}`);
  const all = taken();
  return {
    ...all,
    remark: `${(count / all.seconds / 1_000).toFixed(0)} 000 keys per second`,
  };
}
