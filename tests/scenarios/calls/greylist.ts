import { resolveBalancer } from "../../../balancers/mod.ts";
import { sleep } from "../../harness/mod.ts";
import {
  clientPinnedTo,
  followerOf,
  observer,
  otherThan,
  PATIENT,
  settle,
  subjectClient,
} from "../steps/clients.ts";
import { refuse } from "../steps/member_loss.ts";
import { missDeadline } from "../steps/missed_deadline.ts";
import { withPingFloor } from "../steps/ping_floor.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { Expectation, RunContext, Scenario } from "../scenario.ts";
import { WatchLog } from "../watch/log.ts";

const MOVES = "moves of the pin";
const AVOIDED = "endpoints avoided";
const GETS = 10;

async function runShortDeadline(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  const target = await followerOf(cluster);
  await using client = await clientPinnedTo(target, context, PATIENT);
  const { pin } = client.balancer;
  const recorder = new Recorder(context, client);
  recorder.fault();
  await missDeadline(cluster, { client, recorder });
  recorder.heal();
  for (let made = 0; made < GETS; made++) {
    await recorder.call(() => client.range("#51"));
  }
  await settle(client);
  return recorder.finish({
    measures: {
      [MOVES]: client.balancer.pin === pin ? 0 : 1,
      [AVOIDED]: client.balancer.avoided.length,
    },
  });
}

async function runNeverSeen(context: RunContext): Promise<Recording> {
  const { cluster, signal } = context;
  const seen = await followerOf(cluster);
  const neverSeen = otherThan(seen, cluster);
  await using client = subjectClient(context, { endpoints: seen.endpoint });
  await settle(client);
  client.setEndpoints([seen.endpoint, neverSeen.endpoint]);
  await settle(client);
  await refuse(neverSeen, client, context);
  const recorder = new Recorder(context, client);
  recorder.fault();
  await refuse(seen, client, context);
  const get = recorder.call(() =>
    client.range("#53", { timeoutMs: 10_000, signal })
  );
  await sleep(200);
  await seen.proxy.set({ kind: "pass" });
  recorder.heal();
  const avoided = client.balancer.avoided.length;
  await get;
  return recorder.finish({ measures: { [AVOIDED]: avoided } });
}

const PING_MS = 1_000;
const PINGED_MS = 10_000;
const LOST = "connections lost";
const FIRST_LOSS = "ms until the first was lost";

async function runPings(context: RunContext): Promise<Recording> {
  const { cluster, subject, timeline, signal } = context;
  // Go's grpc1.7 has no floor; the others ping as often as theirs lets them.
  const balancer = subject.name === "grpc1.7"
    ? withPingFloor(subject, PING_MS)
    : resolveBalancer(subject.balancer);
  const { pings } = balancer({ dialTimeoutMs: 1 }).connection;
  const lostAt: number[] = [];
  await using client = await clientPinnedTo(
    await followerOf(cluster),
    context,
    {
      balancer,
      keepAlive: pings &&
        { timeMs: Math.max(PING_MS, pings.minTimeMs), timeoutMs: 3_000 },
      onEvent(event) {
        timeline.onClientEvent(event);
        if (event.type === "lost") lostAt.push(performance.now());
      },
    },
  );
  const recorder = new Recorder(context, client);
  const key = `pinged/${crypto.randomUUID()}`;
  await using log = await WatchLog.start(client, key, { timeline });
  const beganAt = performance.now();
  recorder.fault();
  while (recorder.sinceFaultMs < PINGED_MS) {
    signal?.throwIfAborted();
    await sleep(100);
  }
  const [firstAt] = lostAt;
  await using writer = observer(cluster);
  const { header } = await writer.put(key, "x");
  await log.caughtUp([header.revision]);
  return recorder.finish({
    watch: log.count([header.revision], 1),
    measures: {
      [LOST]: lostAt.length,
      ...firstAt !== undefined && { [FIRST_LOSS]: firstAt - beganAt },
    },
  });
}

const NO_MARK: Expectation = {
  go: "–",
  ours: {
    failed: [0, 0],
    longestCallMs: [500, 3_000],
    measures: { [AVOIDED]: [0, 0] },
  },
  because: "nothing is marked: the next dial finds it, after a wait of 1 s",
};

/** Section D: what an unhealthy list does, and what happens without one. */
export const GREYLIST: readonly Scenario[] = [
  {
    id: 51,
    title: "one get with too short a deadline",
    faultClass: "slow",
    fault: "all bytes are held for 100 ms, a get has a deadline of 50 ms",
    expectations: {
      "grpc1.0": {
        go: "the pin stays [M]",
        ours: {
          failed: [1, 1],
          redials: [0, 0],
          spread: "one member",
          endsWell: true,
          measures: { [MOVES]: [0, 0] },
        },
      },
      "grpc1.7": {
        go: "the healthy pin is marked and moves, 1 extra dial [M]",
        ours: {
          failed: [1, 1],
          redials: [2, 2],
          spread: "one member",
          endsWell: true,
          measures: { [MOVES]: [1, 1], [AVOIDED]: [1, 1] },
        },
        because:
          "both members that are not marked are dialled, the first one up is kept",
      },
      "grpc1.23": {
        go: "nothing [M]",
        ours: { failed: [1, 1], redials: [0, 0], endsWell: true },
      },
    },
    run: runShortDeadline,
  },
  {
    id: 53,
    title: "get when the only marked endpoint is the one that is back",
    faultClass: "refused",
    fault:
      "of two endpoints one is never used and refuses for good, the other for 200 ms",
    seconds: 6,
    expectations: {
      "grpc1.0": NO_MARK,
      "grpc1.7": {
        go: "tries the never-seen one first, an extra delay",
        ours: {
          failed: [0, 0],
          longestCallMs: [2_900, 6_500],
          measures: { [AVOIDED]: [1, 1] },
        },
      },
      "grpc1.23": NO_MARK,
    },
    run: runNeverSeen,
  },
  {
    id: 55,
    title: "idle watch with pings every second",
    faultClass: "none",
    fault: "none, but etcd refuses more than two pings less than 5 s apart",
    seconds: 10,
    expectations: {
      "grpc1.7": {
        go: "GOAWAY too_many_pings at 4.7 s and 13.7 s, full redial each [M]",
        ours: {
          watch: "during the fault",
          measures: { [LOST]: [1, 1], [FIRST_LOSS]: [3_900, 5_000] },
        },
        because:
          "ours refuses such pings, which are let through here; both ping half as often after a GOAWAY, and the second one comes after the end",
      },
      "grpc1.23": {
        go: "none, pings are 10 s apart at least [M]",
        ours: {
          watch: "during the fault",
          redials: [0, 0],
          measures: { [LOST]: [0, 0] },
        },
        because: "ours pings every 5 s at most, which etcd allows",
      },
    },
    run: runPings,
  },
];
