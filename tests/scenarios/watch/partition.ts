import { NoLeaderError, type WatchState } from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import {
  clientPinnedTo,
  followerOf,
  observer,
  otherThan,
} from "../steps/clients.ts";
import { soon } from "../steps/soon.ts";
import { IN_TIME, LATE, watchThrough } from "./_through.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext, Scenario } from "../scenario.ts";
import { WatchLog } from "./log.ts";

// Long enough for three elections without a leader, and then some.
const FAULT_MS = 5_000;
// Where the events are to come meanwhile, which ends it.
const LONG_FAULT_MS = 10_000;

/** The rows of section C that concern watches. */
export const WATCH_PARTITION: readonly Scenario[] = [
  {
    id: 43,
    title: "watch on an isolated follower, leader not required",
    faultClass: "isolated",
    fault: "the watched member's links to the other members are cut",
    expectations: {
      "grpc1.0": { go: "silent until healed [M]", ours: LATE },
      "grpc1.7": { go: "silent until healed [M]", ours: LATE },
      "grpc1.23": { go: "silent until healed [M]", ours: LATE },
    },
    run: (context) => runIsolatedWatch(context, "any member"),
  },
  {
    id: 44,
    title: "watch on an isolated follower, leader required",
    faultClass: "isolated",
    fault: "the watched member's links to the other members are cut",
    expectations: {
      "grpc1.0": {
        go: "ErrNoLeader after 3.8 s, the channel closes [M]",
        ours: LATE,
        because: "ours opens the stream again; the pin stays where it is",
      },
      "grpc1.7": {
        go: "ErrNoLeader after 3.6 s, the channel closes [T][M]",
        ours: LATE,
        because:
          "ours opens the stream again; the end of a stream blames nobody, so the pin stays",
      },
      "grpc1.23": {
        go: "ErrNoLeader after 3.1 s, the channel closes [M]",
        ours: IN_TIME,
        because: "ours opens the stream again, on the next member",
      },
    },
    run: (context) => runIsolatedWatch(context, "a leader"),
  },
  {
    id: 45,
    title: "watch begun anew on an isolated follower, then a put",
    faultClass: "isolated",
    fault: "the watched member's links to the other members are cut",
    seconds: 8,
    expectations: {
      "grpc1.0": {
        go: "the same member again: stuck [D]",
        ours: {
          ...LATE,
          failed: [1, 1],
          measures: { "events before the put": [0, 0] },
        },
      },
      "grpc1.7": {
        go: "the same pin until some unary call fails [D]",
        ours: {
          ...IN_TIME,
          failed: [1, 1],
          measures: { "events before the put": [0, 0] },
        },
      },
      "grpc1.23": {
        go: "the next member [D]",
        ours: {
          ...IN_TIME,
          failed: [0, 1],
          measures: { "events before the put": [3, 3] },
        },
      },
    },
    run: runAnew,
  },
];

function runIsolatedWatch(
  context: RunContext,
  needs: "a leader" | "any member",
): Promise<Recording> {
  const { cluster } = context;
  return watchThrough(context, {
    begin: (member) => cluster.isolate(member),
    end: () => cluster.heal(),
    faultMs: needs === "a leader" && context.subject.name === "grpc1.23"
      ? LONG_FAULT_MS
      : FAULT_MS,
    requireLeader: needs === "a leader",
  });
}

async function runAnew(context: RunContext): Promise<Recording> {
  const { cluster, timeline } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  const key = `anew/${crypto.randomUUID()}`;
  const states: WatchState[] = [];
  let target;
  {
    await using first = await WatchLog.start(client, key, {
      timeline,
      onStateChange: (state) => states.push(state),
    });
    target = first.member(cluster);
    await cluster.moveLeader(otherThan(target, cluster));
    await cluster.isolate(target);
    recorder.fault();
    await waitFor(
      "the loss of the leader",
      () =>
        states.some((state) =>
          state.kind === "reconnecting" && state.reason instanceof NoLeaderError
        ),
    );
  }
  timeline.note("the first watch is closed, another one begins");
  await using writer = observer(cluster, { except: target });
  const wanted: bigint[] = [];
  for (const value of ["1", "2", "3"]) {
    wanted.push((await writer.put(key, value)).header.revision);
  }
  const watch = client.watch(key, {
    heartbeat: false,
    startRevision: wanted[0],
  });
  await using log = new WatchLog(watch, timeline);
  const allCame = () => log.revisions.length >= wanted.length;
  await soon(allCame, 2_000);
  const beforePut = log.events;
  await recorder.call(() => client.put(`${key}/put`, "x"));
  await soon(allCame, 2_500);
  const duringFault = log.revisions.length;
  await cluster.heal();
  recorder.heal();
  await log.caughtUp(wanted);
  return recorder.finish({
    watch: log.count(wanted, duringFault),
    measures: { "events before the put": beforePut },
  });
}
