import { BatchingCaller } from "../../../../api/batch/_batching_caller.ts";
import type { BatchMode } from "../../../../api/batch/mode.ts";
import { KvFacet } from "../../../../api/kv/_facet.ts";
import {
  type Clock,
  SYSTEM_CLOCK,
} from "../../../../balancers/transport/mod.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { ScriptedCaller } from "./_scripted_caller.ts";

/** Batched calls, and the caller that answers them when it is told to. */
export function batchSubject(
  mode: Exclude<BatchMode, "off"> = "all",
  { timeoutMs = 10_000, clock = SYSTEM_CLOCK }: {
    readonly timeoutMs?: number;
    readonly clock?: Clock;
  } = {},
): { readonly kv: KvFacet; readonly network: ScriptedCaller } {
  const network = new ScriptedCaller();
  const caller = new BatchingCaller(network, { mode, timeoutMs, clock });
  return { kv: new KvFacet(caller, { batching: () => caller }), network };
}

/** What was sent, a line each. */
export function sent({ calls }: ScriptedCaller): readonly string[] {
  return calls.map(({ method, does }) => `${method}: ${does.join(", ")}`);
}

/** Answers all that was sent, until nothing more is. */
export async function answerAll(network: ScriptedCaller): Promise<void> {
  for (let at = 0; at < network.calls.length; at++) {
    network.call(at).succeed(BigInt(at + 1));
    await microtasks();
  }
}
