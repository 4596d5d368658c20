import type { Client } from "../../../mod.ts";
import type { Member } from "../../harness/mod.ts";
import { sleep } from "../../harness/mod.ts";
import { clientPinnedTo } from "../steps/clients.ts";
import { repeatDuring } from "../steps/repeat_during.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import { NO_SUCH_TEST } from "../verdict/expectations.ts";
import type { Expectation, RunContext, Scenario } from "../scenario.ts";

const PACE_MS = 20;
// Of a strategy that goes round three members, four go to the old leader.
const AFTERWARDS = 12;
// A strategy that is stuck fails every call: this many timeouts show it.
const STUCK_AFTER = 5;
const LATER = "calls that failed once another member led";
const DOUBT = "puts in doubt";

/** Section I: the leader itself, under puts and gets. */
export const LEADER_FAULT: readonly Scenario[] = [
  {
    id: 100,
    title: "puts and gets while the leader is isolated",
    faultClass: "leader",
    fault: "the leader's links to the other members are cut",
    seconds: 4,
    expectations: leaderFault(),
    run: (context) =>
      runLeaderFault(context, (leader) => context.cluster.isolate(leader)),
  },
  {
    id: 101,
    title: "puts and gets while the leader is frozen",
    faultClass: "leader",
    fault: "the leader gets SIGSTOP",
    seconds: 4,
    expectations: leaderFault(),
    run: (context) => runLeaderFault(context, (leader) => leader.freeze()),
  },
];

function leaderFault(): Readonly<Record<string, Expectation>> {
  return {
    "grpc1.0": {
      go: NO_SUCH_TEST,
      ours: { failed: "all" },
      because: "its pin is the old leader, and it stays there",
    },
    "grpc1.7": {
      go: NO_SUCH_TEST,
      ours: { endsWell: true, measures: { [LATER]: [0, 2] } },
      because: "it leaves the old leader with the first call that times out",
    },
    "grpc1.23": {
      go: NO_SUCH_TEST,
      ours: { measures: { [LATER]: [3, 5] } },
      because: "it goes round: every third call is on the old leader",
    },
    adaptive: {
      go: NO_SUCH_TEST,
      ours: {
        endsWell: true,
        measures: { [LATER]: [0, 1], [DOUBT]: [0, 1] },
      },
      because:
        "no write is sent while nobody has a quorum, and the old leader is left",
    },
  };
}

async function runLeaderFault(
  context: RunContext,
  begin: (leader: Member) => Promise<unknown>,
): Promise<Recording> {
  const { cluster, timeline } = context;
  const leader = await cluster.leader();
  await using client = await clientPinnedTo(leader, context);
  const recorder = new Recorder(context, client);
  const call = puttingAndGetting(client, recorder);
  await begin(leader);
  recorder.fault();
  await repeatDuring(call, async () => {
    await cluster.leader();
    timeline.note("another member leads");
  }, context);
  const { calls, failed, succeeded } = recorder;
  while (recorder.calls < calls + AFTERWARDS) {
    const stuck = recorder.succeeded === succeeded;
    if (recorder.calls >= calls + STUCK_AFTER && stuck) break;
    await call();
  }
  const recording = await recorder.finish();
  return {
    ...recording,
    measures: {
      [LATER]: recorder.failed - failed,
      [DOUBT]: recording.ambiguous,
    },
  };
}

/** A put and a get in turn, one call each time. */
function puttingAndGetting(
  client: Client,
  recorder: Recorder,
): () => Promise<void> {
  return async () => {
    await recorder.call(() =>
      recorder.calls % 2 === 0
        ? client.put("leader", "x")
        : client.range("leader")
    );
    await sleep(PACE_MS);
  };
}
