import type { Client } from "../../../mod.ts";
import { Recorder, type Reply } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext } from "../scenario.ts";

const CALLS = 30;
// A strategy that is stuck fails every call: this many timeouts show it.
const STUCK_AFTER = 8;

/**
 * Makes calls one after another, from the moment of the fault: 30 of them,
 * fewer only if not one of the first eight succeeds.
 */
export async function loop(
  client: Client,
  context: RunContext,
  call: () => Promise<Reply>,
): Promise<Recording> {
  const recorder = new Recorder(context, client);
  recorder.fault();
  while (recorder.calls < CALLS) {
    if (recorder.calls >= STUCK_AFTER && recorder.succeeded === 0) break;
    await recorder.call(call);
  }
  return recorder.finish();
}
