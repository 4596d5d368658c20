import type { Client } from "../../mod.ts";
import { Recorder, type Recording } from "./recorder.ts";
import type { RunContext } from "./scenario.ts";

const CALLS = 30;
// A strategy that is stuck fails every call: this many timeouts show it.
const STUCK_AFTER = 8;

/**
 * Makes calls one after another, from the moment of the fault: 30 of them,
 * fewer only if not one of the first eight succeeds.
 */
export async function loop(
  client: Client,
  { signal }: RunContext,
  call: () => Promise<unknown>,
): Promise<Recording> {
  const recorder = new Recorder();
  recorder.fault();
  while (recorder.calls < CALLS) {
    signal?.throwIfAborted();
    if (recorder.calls >= STUCK_AFTER && recorder.succeeded === 0) break;
    recorder.look(client.balancer);
    await recorder.call(call);
  }
  return recorder.finish(client.balancer);
}
