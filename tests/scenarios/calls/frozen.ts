import type { CallOptions } from "../../../mod.ts";
import { sleep } from "../../harness/mod.ts";
import { clientPinnedTo, followerOf } from "../steps/clients.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { Expected } from "../verdict/expected.ts";
import type { RunContext, Scenario } from "../scenario.ts";

// How long the member stands still, in timeouts of a call.
const FROZEN_TIMEOUTS = 6;
const PACE_MS = 50;
const AFTER_THAW = 10;
const PATIENT_MS = 5_000;
const RECOVERS: Expected = {
  endsWell: true,
  measures: { "failed after the thaw": [0, 0] },
};

/** Section A: a member whose process stands still. */
export const FROZEN: readonly Scenario[] = [
  {
    id: 15,
    title: "puts while a follower is frozen for six timeouts",
    faultClass: "silent",
    fault: "the follower gets SIGSTOP, and SIGCONT six timeouts later",
    seconds: 3,
    expectations: {
      "grpc1.0": {
        go: "fails until SIGCONT, 5 to 6 fail [M]",
        ours: { failed: [4, 6], ...RECOVERS },
      },
      "grpc1.7": {
        go: "1 fails [M]",
        ours: { failed: [1, 2], ...RECOVERS },
      },
      "grpc1.23": {
        go: "every third fails, 4 to 5 in 6 s [M]",
        ours: { failed: [3, 6], ...RECOVERS },
      },
    },
    run: runFrozen,
  },
];

async function runFrozen(context: RunContext): Promise<Recording> {
  const target = await followerOf(context.cluster);
  await using client = await clientPinnedTo(target, context);
  const recorder = new Recorder(context, client);
  const put = async (options?: CallOptions) => {
    await recorder.call(() => client.put("#15", "x", options));
    await sleep(PACE_MS);
  };
  await target.freeze();
  recorder.fault();
  const frozenMs = FROZEN_TIMEOUTS * context.callTimeoutMs;
  while (recorder.sinceFaultMs < frozenMs) await put();
  await target.thaw();
  recorder.heal();
  const failed = recorder.failed;
  // The member may be slow at first, as it has to catch up.
  const patient = { timeoutMs: PATIENT_MS };
  for (let made = 0; made < AFTER_THAW; made++) await put(patient);
  return recorder.finish({
    measures: { "failed after the thaw": recorder.failed - failed },
  });
}
