import { waitFor } from "../../harness/mod.ts";
import { clientPinnedTo, followerOf, observer } from "../steps/clients.ts";
import { cutAll, setAll, waitUntilApplied } from "../steps/every_member.ts";
import { everyStrategy } from "../verdict/expectations.ts";
import { IN_TIME } from "./_through.ts";
import { within } from "../steps/within.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext, Scenario } from "../scenario.ts";
import { WatchLog } from "./log.ts";

/** The rows of section F about what a server says besides events. */
export const WATCH_NOTICES: readonly Scenario[] = [
  {
    id: 71,
    title: "created notice of a watch that is created again",
    faultClass: "cut",
    fault: "all connections are reset, with a put before they are back",
    expectations: everyStrategy({
      go: "created is told once [T]",
      ours: {
        ...IN_TIME,
        measures: {
          "creations by a server": [2, 4],
          "notices of them among the batches": [0, 0],
        },
      },
      because:
        "ours tells it by the promise 'ready', and never among the events",
    }),
    run: runCreated,
  },
  {
    id: 73,
    title: "progress asked for before and after a reset",
    faultClass: "cut",
    fault: "all connections are reset",
    expectations: everyStrategy({
      go:
        "arrives within 3 s [T], never goes back, and no event comes again from 3.4.24 and 3.5.8 on",
      ours: {
        ...IN_TIME,
        measures: {
          "ms for the slower answer": [0, 3_000],
          "revisions from the last event to the first answer": [0, 0],
          "revisions from there to the second": [0, 0],
        },
      },
      because: "ours repeats no event on older servers either",
    }),
    run: runProgress,
  },
];

async function runCreated(context: RunContext): Promise<Recording> {
  const { cluster, timeline } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  await using writer = observer(cluster);
  const key = `created/${crypto.randomUUID()}`;
  let creations = 0;
  await using log = await WatchLog.start(client, key, {
    timeline,
    progressNotify: true,
    onStateChange: ({ kind }) => creations += kind === "live" ? 1 : 0,
  });
  await setAll(cluster, { kind: "refuse" });
  recorder.fault();
  await waitFor("the loss of the stream", () => !log.live);
  // A server that creates the watch again names a revision past this one.
  const missed = await writer.put(key, "missed");
  await setAll(cluster, { kind: "pass" });
  await waitFor("another creation", () => creations > 1);
  const { header } = await writer.put(key, "on");
  const wanted = [missed.header.revision, header.revision];
  await log.caughtUp(wanted);
  const empty = log.batches.filter(({ events }) => events.length === 0);
  return recorder.finish({
    watch: log.count(wanted, wanted.length),
    measures: {
      "creations by a server": creations,
      "notices of them among the batches": empty.length,
    },
  });
}

async function runProgress(context: RunContext): Promise<Recording> {
  const { cluster, timeline } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  await using writer = observer(cluster);
  const key = `progress/${crypto.randomUUID()}`;
  const watch = client.watch(key, { heartbeat: false });
  await using log = new WatchLog(watch, timeline);
  await watch.ready;
  const first = (await writer.put(key, "1")).header.revision;
  await log.caughtUp([first]);
  // The next stream may be on a member that is behind, and would say so.
  await waitUntilApplied(cluster, first);
  const progress = async () => {
    const startedAt = performance.now();
    const revision = await within(10_000, watch.requestProgress());
    return { revision, ms: performance.now() - startedAt };
  };
  const before = await progress();
  await cutAll(cluster);
  recorder.fault();
  const after = await progress();
  const last = (await writer.put(key, "2")).header.revision;
  await log.caughtUp([last]);
  return recorder.finish({
    watch: log.count([first, last], 2),
    measures: {
      "ms for the slower answer": Math.max(before.ms, after.ms),
      "revisions from the last event to the first answer": Number(
        before.revision - first,
      ),
      "revisions from there to the second": Number(
        after.revision - before.revision,
      ),
    },
  });
}
