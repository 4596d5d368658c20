import { sleep } from "../../harness/mod.ts";
import { clientPinnedTo, followerOf } from "../steps/clients.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import { NO_SUCH_TEST } from "../verdict/expectations.ts";
import type { RunContext, Scenario } from "../scenario.ts";

const PUTS = 6;
const REST_MS = 2_500;

/** Section J: a client that is seldom heard of. */
export const RARE_PUTS: readonly Scenario[] = [
  {
    id: 104,
    title: "one put every 2.5 s on a silent follower",
    faultClass: "silent",
    fault: "its connections stay open, every byte is discarded",
    seconds: PUTS * REST_MS / 1_000,
    expectations: {
      "grpc1.0": {
        go: NO_SUCH_TEST,
        ours: { failed: "all" },
        because: "its pin is the silent member, and it stays there",
      },
      "grpc1.7": {
        go: NO_SUCH_TEST,
        ours: { failed: [1, 1], endsWell: true },
        because: "it leaves its pin with the first put",
      },
      "grpc1.23": {
        go: NO_SUCH_TEST,
        ours: { failed: [PUTS / 3, PUTS / 3] },
        because: "it goes round: every third put is on the silent member",
      },
      adaptive: {
        go: NO_SUCH_TEST,
        ours: { failed: [0, 0], longestCallMs: [0, 600] },
        because: "a put only goes to a member that has shown of late to serve",
      },
    },
    run: runRarePuts,
  },
];

async function runRarePuts(context: RunContext): Promise<Recording> {
  const target = await followerOf(context.cluster);
  await using client = await clientPinnedTo(target, context);
  const recorder = new Recorder(context, client);
  await target.proxy.set({ kind: "blackhole" });
  recorder.fault();
  while (recorder.calls < PUTS) {
    await sleep(REST_MS);
    await recorder.call(() => client.put("#104", "x"));
  }
  return recorder.finish();
}
