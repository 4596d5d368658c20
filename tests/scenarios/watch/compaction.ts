import { CompactedError, prefix } from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import { clientPinnedTo, followerOf, observer } from "../steps/clients.ts";
import {
  compactEverywhere,
  setAll,
  waitUntilApplied,
} from "../steps/every_member.ts";
import { everyStrategy } from "../verdict/expectations.ts";
import { IN_TIME } from "./_through.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext, Scenario } from "../scenario.ts";
import { WatchLog } from "./log.ts";

/** The rows of section F in which the history a watch needs is gone. */
export const WATCH_COMPACTION: readonly Scenario[] = [
  {
    id: 68,
    title: "watch whose next revision is compacted while it has no stream",
    faultClass: "nobody",
    fault: "no member can be reached, and the history is compacted",
    expectations: everyStrategy({
      go:
        "one response with CompactRevision, ErrCompacted, closed, within 5 s [T]",
      ours: {
        ...IN_TIME,
        measures: {
          "ms from the return to the end": [0, 5_000],
          "ends with the compacted revision": [1, 1],
          "events before the end": [0, 0],
          "events of the relist": [2, 2],
        },
      },
      because: "ours can also read the range again, and then goes on",
    }),
    run: runCompactedMeanwhile,
  },
  {
    id: 69,
    title: "watch that starts at a compacted revision",
    faultClass: "none",
    fault: "none",
    expectations: everyStrategy({
      go: "as #68, at once [T]",
      ours: {
        measures: {
          "ms to the end": [0, 1_000],
          "ends with the compacted revision": [1, 1],
          "events before the end": [0, 0],
        },
      },
    }),
    run: runCompactedBefore,
  },
];

async function runCompactedMeanwhile(context: RunContext): Promise<Recording> {
  const { cluster, timeline } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  await using writer = observer(cluster);
  const key = `compacted/${crypto.randomUUID()}/`;
  const put = async (name: string) =>
    (await writer.put(`${key}${name}`, "x")).header.revision;
  // To a watch from now on, on a member that is behind, it would be news.
  await waitUntilApplied(cluster, await put("gone"));
  const options = { timeline } as const;
  await using ending = await WatchLog.start(client, prefix(key), options);
  await using relisting = await WatchLog.start(client, prefix(key), {
    ...options,
    onCompaction: "relist",
  });
  await setAll(cluster, { kind: "refuse" });
  recorder.fault();
  await waitFor("the loss of the stream", () => !ending.live);
  await put("new");
  await writer.delete(`${key}gone`);
  const kept = await put("new");
  const compacted = (await writer.put("elsewhere", "x")).header.revision;
  const current = await compactEverywhere(cluster, { writer, compacted });
  await setAll(cluster, { kind: "pass" });
  const returnedMs = recorder.sinceFaultMs;
  const error = await ending.end();
  const endMs = recorder.sinceFaultMs - returnedMs;
  // A relist tells the deletion at the revision it reads.
  await relisting.caughtUp([kept, current]);
  const relisted = relisting.batches
    .filter(({ origin }) => origin === "relist")
    .reduce((sum, { events }) => sum + events.length, 0);
  const wanted = [kept, current, await put("new")];
  await relisting.caughtUp(wanted);
  return recorder.finish({
    watch: relisting.count(wanted, wanted.length),
    measures: {
      "ms from the return to the end": endMs,
      "ends with the compacted revision": endsAt(error, compacted),
      "events before the end": ending.events,
      "events of the relist": relisted,
    },
  });
}

async function runCompactedBefore(context: RunContext): Promise<Recording> {
  const { cluster, timeline } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  await using writer = observer(cluster);
  const key = `compacted/${crypto.randomUUID()}`;
  await writer.put(key, "1");
  const compacted = (await writer.put(key, "2")).header.revision;
  await compactEverywhere(cluster, { writer, compacted });
  recorder.fault();
  const watch = client.watch(key, { heartbeat: false, startRevision: 1n });
  await using log = new WatchLog(watch, timeline);
  const error = await log.end();
  return recorder.finish({
    measures: {
      "ms to the end": recorder.sinceFaultMs,
      "ends with the compacted revision": endsAt(error, compacted),
      "events before the end": log.events,
    },
  });
}

/** 1 if that is how it ends. */
function endsAt(error: unknown, compactRevision: bigint): number {
  return error instanceof CompactedError &&
      error.compactRevision === compactRevision
    ? 1
    : 0;
}
