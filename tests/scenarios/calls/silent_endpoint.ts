import { type Client, type ClientOptions, op } from "../../../mod.ts";
import { clientPinnedTo, followerOf } from "../steps/clients.ts";
import { withPingFloor } from "../steps/ping_floor.ts";
import { type PinnedLoop, pinnedLoop } from "../steps/pinned_loop.ts";
import { Recorder, type Reply } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { Expectation, RunContext, Scenario } from "../scenario.ts";

const FAULT = "its connections stay open, every byte is discarded";
const LONG_MS = 3_000;
const PINGS = { timeMs: 1_000, timeoutMs: 500 };

/** Section A: an endpoint that takes bytes and never answers. */
export const SILENT_ENDPOINT: readonly Scenario[] = [
  {
    id: 1,
    title: "put on a blackholed endpoint",
    faultClass: "silent",
    fault: FAULT,
    expectations: silent(["[M]", "[T][M]", "[M]"]),
    run: (context) => runSilent(context, (client) => client.put("#1", "x")),
  },
  {
    id: 2,
    title: "delete on a blackholed endpoint",
    faultClass: "silent",
    fault: FAULT,
    expectations: silent(["[D]", "[T]", "[T]"]),
    run: (context) => runSilent(context, (client) => client.delete("#2")),
  },
  {
    id: 3,
    title: "txn on a blackholed endpoint",
    faultClass: "silent",
    fault: FAULT,
    expectations: silent(["[D]", "[T]", "[T]"]),
    run: (context) =>
      runSilent(
        context,
        (client) => client.txn({ then: [op.put("#3", "x")] }),
      ),
  },
  {
    id: 4,
    title: "linearizable get on a blackholed endpoint",
    faultClass: "silent",
    fault: FAULT,
    expectations: silent(["[M]", "[T][M]", "[T][M]"]),
    run: (context) => runSilent(context, (client) => client.range("#4")),
  },
  {
    id: 5,
    title: "serializable get on a blackholed endpoint",
    faultClass: "silent",
    fault: FAULT,
    expectations: silent(["[D]", "[T]", "[T]"]),
    run: (context) =>
      runSilent(
        context,
        (client) => client.range("#5", { serializable: true }),
      ),
  },
  {
    id: 6,
    title: "three gets at once with a long deadline on a blackholed endpoint",
    faultClass: "silent",
    fault: FAULT,
    seconds: 3,
    expectations: {
      "grpc1.0": {
        go: "waits its whole deadline, fails [D]",
        ours: {
          failed: [3, 3],
          codes: ["timeout"],
          longestCallMs: [LONG_MS - 5, LONG_MS + 2_000],
          measures: { "times the pin moved": [0, 0] },
        },
      },
      "grpc1.7": {
        go: "waits its whole deadline, fails, then the pin moves [D]",
        ours: {
          failed: [3, 3],
          codes: ["timeout"],
          longestCallMs: [LONG_MS - 5, LONG_MS + 2_000],
          measures: { "times the pin moved": [1, 1] },
        },
      },
      "grpc1.23": {
        go: "waits its whole deadline if it hit the bad one [D]",
        ours: {
          failed: [1, 1],
          codes: ["timeout"],
          longestCallMs: [LONG_MS - 5, LONG_MS + 2_000],
          measures: { "times the pin moved": [0, 0] },
        },
      },
    },
    run: runLongCalls,
  },
  {
    id: 9,
    title: "puts on a blackholed endpoint, pings every second",
    faultClass: "silent",
    fault: FAULT,
    expectations: {
      "grpc1.7": {
        go: "1 fails [M]",
        ours: { failed: [1, 2], lastFailureMs: [0, 2_500], endsWell: true },
      },
      "grpc1.23": {
        go: "16 fail, the last one after 19.7 s [M]",
        ours: { failed: [1, 6], lastFailureMs: [500, 4_000], endsWell: true },
        because:
          "Go raises the time between pings to 10 s; ours takes 5 s or more, here 1 s, and notices within twice that and the timeout",
      },
    },
    run: (context) =>
      runSilent(context, (client) => client.put("#9", "x"), {
        balancer: withPingFloor(context.subject, PINGS.timeMs),
        keepAlive: PINGS,
      }),
  },
];

/** Every kind of call fares alike; the marks are those of its row. */
function silent(
  marks: readonly [string, string, string],
): Readonly<Record<string, Expectation>> {
  return {
    "grpc1.0": {
      go: `every call fails for as long as the fault lasts ${marks[0]}`,
      ours: { failed: "all" },
    },
    "grpc1.7": {
      go: `one fails, the second call is served ${marks[1]}`,
      // Two of a machine that stood still: far from all, or every third.
      ours: { failed: [1, 2], endsWell: true },
    },
    "grpc1.23": {
      go: `every third fails for as long as the fault lasts ${marks[2]}`,
      ours: { failed: "every third" },
    },
  };
}

function runSilent(
  context: RunContext,
  call: (client: Client) => Promise<Reply>,
  options?: Partial<ClientOptions>,
): Promise<Recording> {
  const fault: PinnedLoop["fault"] = ({ proxy }) =>
    proxy.set({ kind: "blackhole" });
  return pinnedLoop(context, { fault, call, options });
}

async function runLongCalls(context: RunContext): Promise<Recording> {
  const target = await followerOf(context.cluster);
  await using client = await clientPinnedTo(target, context);
  await target.proxy.set({ kind: "blackhole" });
  const recorder = new Recorder(context, client);
  const { pin } = client.balancer;
  recorder.fault();
  await Promise.all(
    context.cluster.members.map(() =>
      recorder.call(() => client.range("#6", { timeoutMs: LONG_MS }))
    ),
  );
  const moved = client.balancer.pin === pin ? 0 : 1;
  return recorder.finish({ measures: { "times the pin moved": moved } });
}
