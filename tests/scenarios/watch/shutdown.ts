import { sleep, waitFor } from "../../harness/mod.ts";
import { clientPinnedTo, followerOf } from "../steps/clients.ts";
import { everyStrategy } from "../verdict/expectations.ts";
import { repeatDuring } from "../steps/repeat_during.ts";
import { IN_TIME, watchThrough } from "./_through.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext, Scenario } from "../scenario.ts";
import { WatchLog } from "./log.ts";

/** The rows of section B that concern watches. */
export const WATCH_SHUTDOWN: readonly Scenario[] = [
  {
    id: 20,
    title: "watch whose member is shut down",
    faultClass: "stopped",
    fault: "the watched member gets SIGTERM",
    expectations: {
      "grpc1.0": { go: "the event arrives [D]", ours: IN_TIME },
      "grpc1.7": { go: "the event arrives [T]", ours: IN_TIME },
      "grpc1.23": { go: "the event arrives [T]", ours: IN_TIME },
    },
    run: (context) =>
      watchThrough(context, {
        begin: (member) => member.stop(),
        end: (member) => member.restart(),
        faultMs: 5_000,
      }),
  },
  {
    id: 26,
    title: "puts, a watch and a lease through a rolling SIGTERM",
    faultClass: "stopped",
    fault: "each member is shut down and started again, the leader among them",
    expectations: everyStrategy({
      go: "0 errors, watch and lease live [M]",
      ours: {
        failed: [0, 12],
        endsWell: true,
        watch: "during the fault",
        lease: "kept",
      },
      because:
        "a put in flight to a leader that shuts down may be left unanswered; it is not repeated",
    }),
    run: runRollingStop,
  },
];

async function runRollingStop(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  const key = `rolling/${crypto.randomUUID()}`;
  const lease = await client.lease.grant(10, { timeoutMs: 10_000 });
  await lease.keepAlive();
  await using log = await WatchLog.start(client, key, {
    timeline: context.timeline,
  });
  const wanted: bigint[] = [];
  const put = async () => {
    await recorder.call(async () => {
      const reply = await client.put(key, "x");
      wanted.push(reply.header.revision);
      return reply;
    });
    await sleep(20);
  };
  recorder.fault();
  await repeatDuring(put, async (signal) => {
    for (const member of cluster.members) {
      await member.stop();
      await member.restart();
      const before = recorder.succeeded;
      await waitFor(
        "puts after the restart",
        () => recorder.succeeded >= before + 10,
        { signal },
      );
    }
  }, context);
  await log.caughtUp(wanted);
  // Puts that failed may have been applied: their events are no repetition.
  const events = log.count(wanted, wanted.length);
  const doubtful = recorder.failed;
  const fate = lease.signal.aborted ? "lost" : "kept";
  lease.orphan();
  return recorder.finish({
    watch: {
      ...events,
      duplicates: Math.max(events.duplicates - doubtful, 0),
    },
    lease: fate,
  });
}
