import { op, prefix } from "../../../mod.ts";
import { sleep, waitFor } from "../../harness/mod.ts";
import { clientPinnedTo, followerOf, observer } from "../steps/clients.ts";
import { cutAll, setAll, waitUntilApplied } from "../steps/every_member.ts";
import { everyStrategy } from "../verdict/expectations.ts";
import { IN_TIME } from "./_through.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext, Scenario } from "../scenario.ts";
import { WatchLog } from "./log.ts";

const MIB = 1024 * 1024;
const LARGE = 3;

/** The rows of section F in which a watch goes on. */
export const WATCH_RESUME: readonly Scenario[] = [
  {
    id: 66,
    title: "watch through five resets",
    faultClass: "cut",
    fault: "all connections are reset five times, with puts between",
    expectations: everyStrategy({
      go: "every revision once [T]",
      ours: IN_TIME,
    }),
    run: runResets,
  },
  {
    id: 67,
    title: "watch from now on, reset before any event",
    faultClass: "cut",
    fault: "put, watch from now on, all connections are reset",
    expectations: everyStrategy({
      go: "the put from before the watch is delivered [M]",
      ours: IN_TIME,
      because: "ours resumes one after the revision it was created at",
    }),
    run: runFromNow,
  },
  {
    id: 70,
    title: "watch of a revision ahead, reset before it comes",
    faultClass: "cut",
    fault: "all connections are reset while the watch waits",
    expectations: everyStrategy({
      go: "waits; the header's revision does not move its start",
      ours: IN_TIME,
    }),
    run: runAhead,
  },
  {
    id: 72,
    title: "watch of 1.2 MiB revisions in fragments, cut in their midst",
    faultClass: "cut",
    fault: "slow connections, which are all reset twice",
    seconds: 2.5,
    expectations: everyStrategy({
      go: "whole or none",
      ours: {
        ...IN_TIME,
        measures: {
          "events by the last cut": [0, 0],
          "events in the end": [2 * LARGE, 2 * LARGE],
        },
      },
    }),
    run: runFragments,
  },
];

async function runResets(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  await using writer = observer(cluster);
  const range = `resets/${crypto.randomUUID()}/`;
  await using log = await WatchLog.start(client, prefix(range), {
    timeline: context.timeline,
  });
  const wanted: bigint[] = [];
  recorder.fault();
  for (let resets = 0; resets < 5; resets++) {
    await cutAll(cluster);
    for (let made = 0; made < 20; made++) {
      const { header } = await writer.put(`${range}${made}`, "x");
      wanted.push(header.revision);
    }
  }
  await log.caughtUp(wanted);
  return recorder.finish({ watch: log.count(wanted, wanted.length) });
}

async function runFromNow(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  await using writer = observer(cluster);
  const key = `from-now/${crypto.randomUUID()}`;
  const before = await writer.put(key, "before the watch");
  // To a member that is behind it would be news.
  await waitUntilApplied(cluster, before.header.revision);
  await using log = await WatchLog.start(client, key, {
    timeline: context.timeline,
  });
  await cutAll(cluster);
  recorder.fault();
  const { header } = await writer.put(key, "after the reset");
  await log.caughtUp([header.revision]);
  return recorder.finish({ watch: log.count([header.revision], 1) });
}

async function runAhead(context: RunContext): Promise<Recording> {
  const { cluster, timeline } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  await using writer = observer(cluster);
  const key = `ahead/${crypto.randomUUID()}`;
  const { header } = await writer.put(key, "now");
  const startRevision = header.revision + 3n;
  await using log = await WatchLog.start(client, key, {
    startRevision,
    timeline,
  });
  await cutAll(cluster);
  recorder.fault();
  const put: bigint[] = [];
  for (const value of ["1", "2", "3", "4", "5"]) {
    put.push((await writer.put(key, value)).header.revision);
  }
  const wanted = put.filter((revision) => revision >= startRevision);
  await log.caughtUp(wanted);
  return recorder.finish({ watch: log.count(wanted, wanted.length) });
}

async function runFragments(context: RunContext): Promise<Recording> {
  const { cluster, timeline } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  await using writer = observer(cluster);
  const key = `fragments/${crypto.randomUUID()}/`;
  const value = new Uint8Array(600 * 1_024);
  const wanted: bigint[] = [];
  for (let made = 0; made < LARGE; made++) {
    const { header } = await writer.txn({
      then: [op.put(`${key}a`, value), op.put(`${key}b`, value)],
    });
    wanted.push(header.revision);
  }
  // A member that is behind would send what it has by itself.
  await waitUntilApplied(cluster, wanted.at(-1) ?? 0n);
  // All of it takes 1.4 s: at each cut there are some fragments, never all.
  await setAll(cluster, { kind: "throttle", bytesPerSecond: 4 * MIB });
  recorder.fault();
  await using log = await WatchLog.start(client, prefix(key), {
    startRevision: wanted[0],
    prevKv: true,
    timeline,
  });
  for (let cuts = 0; cuts < 2; cuts++) {
    await waitFor("a stream to cut", () => log.live);
    await sleep(500);
    await cutAll(cluster);
  }
  const byLastCut = log.events;
  await log.caughtUp(wanted);
  return recorder.finish({
    watch: log.count(wanted, wanted.length),
    measures: {
      "events by the last cut": byLastCut,
      "events in the end": log.events,
    },
  });
}
