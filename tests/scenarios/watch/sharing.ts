import { type Client, prefix } from "../../../mod.ts";
import { type Member, type TestCluster, waitFor } from "../../harness/mod.ts";
import {
  clientPinnedTo,
  followerOf,
  observer,
  settledClient,
} from "../steps/clients.ts";
import { everyStrategy } from "../verdict/expectations.ts";
import { soon } from "../steps/soon.ts";
import { IN_TIME } from "./_through.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext, Scenario } from "../scenario.ts";
import { sumOf, WatchLog } from "./log.ts";

const WATCHES = 100;
const CLIENTS = 4;
const STREAMS_PER_CLIENT = 4;
const HOUR_MS = 3_600_000;
const BUFFERED = 10;

/** The rows of section F in which watches share a stream or a member. */
export const WATCH_SHARING: readonly Scenario[] = [
  {
    id: 77,
    title: `${WATCHES} watches on one stream`,
    faultClass: "cut",
    fault: "the connections to their member are reset",
    expectations: {
      ...everyStrategy({
        go: "all resume; 1.23 moves all to the next member",
        ours: { ...IN_TIME, measures: onOneStream(1) },
        because:
          "the pinned designs move as well: theirs is the connection that was lost",
      }),
      adaptive: {
        go: "has no such design",
        ours: { ...IN_TIME, measures: onOneStream(2) },
        because:
          "a question of its own may be under way, and counts as a stream",
      },
    },
    run: runShared,
  },
  {
    id: 79,
    title: `${
      CLIENTS * STREAMS_PER_CLIENT
    } watch streams of ${CLIENTS} clients`,
    faultClass: "stopped",
    fault: "each member is shut down and started again",
    seconds: 7,
    expectations: {
      "grpc1.0": {
        go: "not looked at",
        ours: {
          ...IN_TIME,
          measures: {
            "clients with streams on several members": [0, 0],
            "streams on the member restarted last": [0, 0],
          },
        },
        because: "a client's streams are where its pin is",
      },
      "grpc1.7": {
        go: "all on the pin",
        ours: {
          ...IN_TIME,
          measures: {
            "clients with streams on several members": [0, 0],
            "streams on the member restarted last": [0, 0],
          },
        },
      },
      "grpc1.23": {
        go: "streams stay where they landed: imbalance",
        ours: {
          ...IN_TIME,
          measures: {
            "clients with streams on several members": [1, CLIENTS],
            "streams on the member restarted last": [0, 0],
          },
        },
      },
    },
    run: runRollingRestart,
  },
  {
    id: 80,
    title: "slow consumer beside a quick one on the same stream",
    faultClass: "none",
    fault: "one of two consumers does not read",
    expectations: everyStrategy({
      go: "an unbounded buffer, memory grows; the other watch is not blocked",
      ours: {
        ...IN_TIME,
        measures: {
          "events read before more were asked for": [1, 2 * BUFFERED],
        },
      },
      because:
        `ours keeps what its buffer holds, here ${BUFFERED} events, and has the server wait`,
    }),
    run: runSlowConsumer,
  },
];

async function runShared(context: RunContext): Promise<Recording> {
  const { cluster, timeline } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  await using writer = observer(cluster);
  await using stack = new AsyncDisposableStack();
  const at = `shared/${crypto.randomUUID()}/`;
  const logs = await Promise.all(
    Array.from(
      { length: WATCHES },
      (_, index) => WatchLog.start(client, `${at}${index}`, { timeline }),
    ),
  );
  for (const log of logs) stack.use(log);
  const [first] = logs;
  if (first === undefined) throw new Error("Cannot share: there is no watch");
  const member = first.member(cluster);
  const streamsBefore = streamsOf(client);
  await member.proxy.cutAll();
  recorder.fault();
  const wanted = await Promise.all(logs.map(async (_, index) => {
    const { header } = await writer.put(`${at}${index}`, "x");
    return header.revision;
  }));
  // Each of them has one of the revisions.
  await waitFor(
    "an event for each watch",
    () => logs.every(({ events }) => events > 0),
  );
  return recorder.finish({
    watch: sumOf(
      logs.map((log, index) => log.count(wanted.slice(index, index + 1), 1)),
    ),
    measures: {
      "streams before": streamsBefore,
      "streams afterwards": streamsOf(client),
      "watches on another member afterwards": logs.filter((log) =>
        log.member(cluster) !== member
      ).length,
    },
  });
}

function onOneStream(mostAfterwards: number) {
  return {
    "streams before": [1, 1],
    "streams afterwards": [1, mostAfterwards],
    "watches on another member afterwards": [WATCHES, WATCHES],
  } as const;
}

/** No call of the client is running: what is, is streams. */
function streamsOf({ balancer }: Client): number {
  return balancer.endpoints.reduce((sum, { inFlight }) => sum + inFlight, 0);
}

async function runRollingRestart(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  await using stack = new AsyncDisposableStack();
  const clients: Client[] = [];
  while (clients.length < CLIENTS) {
    clients.push(stack.use(await settledClient(context)));
  }
  const recorder = new Recorder(context, ...clients);
  const writer = stack.use(observer(cluster));
  const at = `restart/${crypto.randomUUID()}/`;
  const logsOf = async (client: Client) =>
    await Promise.all(
      Array.from({ length: STREAMS_PER_CLIENT }, (_, stream) =>
        WatchLog.start(client, prefix(at), {
          // Never due, but another one means a stream of its own.
          heartbeat: { intervalMs: HOUR_MS + stream, timeoutMs: HOUR_MS },
        })),
    );
  const perClient = await Promise.all(clients.map(logsOf));
  const logs = perClient.flat();
  for (const log of logs) stack.use(log);
  recorder.fault();
  const wanted: bigint[] = [];
  for (const member of cluster.members) {
    await member.stop();
    await member.restart();
    await waitFor("every client settled", () => clients.every(isSettled));
    wanted.push((await writer.put(`${at}${member.name}`, "x")).header.revision);
    await Promise.all(logs.map((log) => log.caughtUp(wanted)));
  }
  const members = perClient.map((logs) =>
    logs.map((log) => log.member(cluster))
  );
  const last = cluster.members.at(-1);
  return recorder.finish({
    watch: sumOf(logs.map((log) => log.count(wanted, wanted.length))),
    measures: {
      "clients with streams on several members": members.filter((used) =>
        new Set(used).size > 1
      ).length,
      "streams on the member restarted last":
        members.flat().filter((member) => member === last).length,
      "streams on the fullest member": fullest(cluster, members.flat()),
    },
  });
}

function isSettled({ balancer: { endpoints } }: Client): boolean {
  return endpoints.every(({ state }) => state === "ready" || state === "idle");
}

function fullest({ members }: TestCluster, used: readonly Member[]): number {
  return Math.max(
    ...members.map((member) => used.filter((one) => one === member).length),
  );
}

async function runSlowConsumer(context: RunContext): Promise<Recording> {
  const { cluster, timeline } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  await using writer = observer(cluster);
  const key = `slow/${crypto.randomUUID()}`;
  let readFirst: number | undefined;
  await using slow = client.watch(key, {
    heartbeat: false,
    buffer: { events: BUFFERED },
    onStateChange({ kind }) {
      // Only a consumer that reads can end a pause.
      if (kind === "connecting") readFirst ??= log.events;
    },
  });
  await slow.ready;
  await using quick = await WatchLog.start(client, key, { timeline });
  recorder.fault();
  const wanted: bigint[] = [];
  for (let made = 0; made < WATCHES; made++) {
    wanted.push((await writer.put(key, String(made))).header.revision);
  }
  await soon(() => quick.revisions.length >= WATCHES, 5_000);
  const inTime = quick.revisions.length;
  await waitFor("the slow watch paused", () => slow.state.kind === "paused");
  recorder.heal();
  await using log = new WatchLog(slow, timeline);
  await log.caughtUp(wanted);
  return recorder.finish({
    watch: sumOf([
      quick.count(wanted, inTime),
      log.count(wanted, wanted.length),
    ]),
    measures: readFirst === undefined
      ? {}
      : { "events read before more were asked for": readFirst },
  });
}
