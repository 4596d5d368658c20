import type { WorkContext } from "../../api/waiting/mod.ts";
import type { Keyspace } from "../../mod.ts";
import { untilAnswered } from "../steps/mod.ts";
import type { Terms } from "./types.ts";

/** Whether one who came now would have to wait. */
export async function isTaken(
  { ahead, slots }: Terms,
  { ks, context }: {
    readonly ks: Pick<Keyspace, "range">;
    readonly context: WorkContext;
  },
): Promise<boolean> {
  const { answer } = await untilAnswered(
    (options) => ks.range(ahead, { ...options, countOnly: true }),
    context,
    { writes: false },
  );
  return answer.count >= BigInt(slots);
}
