import { EtcdError, type KeyRange } from "../../../mod.ts";
import { sleep, waitFor } from "../../harness/mod.ts";
import { clientPinnedTo, followerOf, observer } from "../steps/clients.ts";
import { cutAll, setAll } from "../steps/every_member.ts";
import { everyStrategy } from "../verdict/expectations.ts";
import { repeatDuring } from "../steps/repeat_during.ts";
import { soon } from "../steps/soon.ts";
import { IN_TIME } from "./_through.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext, Scenario } from "../scenario.ts";
import { sumOf, WatchLog } from "./log.ts";

const MANY = 500;
const RESUMES = 2_000;
const CUT_EVERY_MS = 20;
const STUCK_AFTER_MS = 5_000;

/** The rows of section F in which a watch is ended. */
export const WATCH_ENDS: readonly Scenario[] = [
  {
    id: 74,
    title: "two watches that are ended while they have no stream",
    faultClass: "nobody",
    fault: "no member can be reached; one is closed, one is aborted",
    expectations: everyStrategy({
      go: "the channel closes within 1 s [T]",
      ours: {
        measures: {
          "ms to both ends": [0, 1_000],
          "ends without a reason": [1, 1],
          "ends with the reason of the abort": [1, 1],
        },
      },
    }),
    run: runEndedApart,
  },
  {
    id: 75,
    title: "watch that the server cancels, among others on its stream",
    faultClass: "none",
    fault: "none: its range is one that the server refuses",
    expectations: everyStrategy({
      go: "a canceled response, closed [T]",
      ours: {
        ...IN_TIME,
        measures: {
          "ms to the end": [0, 1_000],
          "ends with the server's reason": [1, 1],
        },
      },
    }),
    run: runCanceled,
  },
  {
    id: 76,
    title: `${MANY} watches closed amid resets, after ${RESUMES} resumes`,
    faultClass: "cut",
    fault: "all connections are reset again and again",
    expectations: everyStrategy({
      go: "no deadlock [T]",
      ours: {
        measures: {
          "resumes": [RESUMES, 10 * RESUMES],
          "watches that did not end": [0, 0],
          "ms to end them all": [0, 10_000],
        },
      },
    }),
    run: runManyResumes,
  },
];

async function runEndedApart(context: RunContext): Promise<Recording> {
  const { cluster, timeline } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  const key = `ended/${crypto.randomUUID()}`;
  const abort = new AbortController();
  const watch = client.watch(key, { heartbeat: false });
  await using closed = new WatchLog(watch, timeline);
  await using aborted = await WatchLog.start(client, key, {
    timeline,
    signal: abort.signal,
  });
  await watch.ready;
  await setAll(cluster, { kind: "refuse" });
  recorder.fault();
  await waitFor("the loss of the stream", () => !closed.live && !aborted.live);
  const askedMs = recorder.sinceFaultMs;
  await watch.close();
  abort.abort("enough");
  const reasons = await Promise.all([closed.end(), aborted.end()]);
  return recorder.finish({
    measures: {
      "ms to both ends": recorder.sinceFaultMs - askedMs,
      "ends without a reason": reasons[0] === undefined ? 1 : 0,
      "ends with the reason of the abort": reasons[1] === "enough" ? 1 : 0,
    },
  });
}

async function runCanceled(context: RunContext): Promise<Recording> {
  const { cluster, timeline } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  await using writer = observer(cluster);
  const key = `canceled/${crypto.randomUUID()}`;
  await using before = await WatchLog.start(client, key, { timeline });
  recorder.fault();
  // range() would not make it: its end is before its start.
  const backwards: KeyRange = {
    kind: "range",
    start: new TextEncoder().encode("b"),
    end: new TextEncoder().encode("a"),
  };
  const watch = client.watch(backwards, { heartbeat: false });
  await using canceled = new WatchLog(watch, timeline);
  const error = await canceled.end();
  const endMs = recorder.sinceFaultMs;
  await using after = await WatchLog.start(client, key, { timeline });
  const { header } = await writer.put(key, "on");
  const wanted = [header.revision];
  await Promise.all([before.caughtUp(wanted), after.caughtUp(wanted)]);
  return recorder.finish({
    watch: sumOf([before.count(wanted, 1), after.count(wanted, 1)]),
    measures: {
      "ms to the end": endMs,
      "ends with the server's reason":
        error instanceof EtcdError && /range is empty/.test(error.message)
          ? 1
          : 0,
    },
  });
}

async function runManyResumes(context: RunContext): Promise<Recording> {
  const { cluster, signal } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  const key = `many/${crypto.randomUUID()}`;
  let created = 0;
  const watches = Array.from({ length: MANY }, () =>
    client.watch(key, {
      heartbeat: false,
      onStateChange({ kind }) {
        if (kind === "live") created++;
      },
    }));
  const logs = watches.map((watch) => new WatchLog(watch));
  await Promise.all(watches.map(({ ready }) => ready));
  recorder.fault();
  while (created < MANY + RESUMES) {
    const all = created + MANY;
    await cutAll(cluster);
    await waitFor("all watches created again", () => created >= all, {
      signal,
    });
  }
  const askedMs = recorder.sinceFaultMs;
  await repeatDuring(async () => {
    await cutAll(cluster);
    await sleep(CUT_EVERY_MS);
  }, async () => {
    // Half of them one by one, through several cuts, the others together.
    for (const watch of watches.slice(MANY / 2)) {
      await watch.close();
      await sleep(0);
    }
    await client.close();
    await soon(() => logs.every(({ ended }) => ended), STUCK_AFTER_MS);
  }, { signal });
  return recorder.finish({
    measures: {
      "resumes": created - MANY,
      "watches that did not end": logs.filter(({ ended }) => !ended).length,
      "ms to end them all": recorder.sinceFaultMs - askedMs,
    },
  });
}
