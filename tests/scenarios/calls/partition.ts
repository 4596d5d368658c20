import type { Client, ClientOptions } from "../../../mod.ts";
import {
  clientPinnedTo,
  followerOf,
  PATIENT,
  subjectClient,
} from "../steps/clients.ts";
import { everyStrategy } from "../verdict/expectations.ts";
import { withoutRepetition } from "../steps/without_repetition.ts";
import { type PinnedLoop, pinnedLoop } from "../steps/pinned_loop.ts";
import { Recorder, type Reply } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import { PROMPT_MS } from "../verdict/expected.ts";
import type { Expectation, RunContext, Scenario } from "../scenario.ts";

const ISOLATED: Readonly<Record<string, Expectation>> = {
  "grpc1.0": {
    go: "every call runs into its deadline, the pin never leaves [M]",
    ours: { failed: "all" },
  },
  "grpc1.7": {
    go: "one fails, then ok [M], within two tries [T]",
    // Two of a machine that stood still: far from all, or every third.
    ours: { failed: [1, 2], endsWell: true },
  },
  "grpc1.23": {
    go: "every third fails [M]",
    ours: { failed: "every third" },
  },
};

const STALE: Expectation = {
  go: "ok, stale allowed [M]",
  ours: { failed: [0, 0], longestCallMs: PROMPT_MS },
};

function runIsolated(
  context: RunContext,
  call: (client: Client) => Promise<Reply>,
  options?: Partial<ClientOptions>,
): Promise<Recording> {
  const fault: PinnedLoop["fault"] = (pin) => context.cluster.isolate(pin);
  return pinnedLoop(context, { fault, call, options });
}

// Every strategy has been on each member by then.
const CALLS_UNTIL_SLOW = 3;
const PATIENT_MS = 9_000;
const SLOW_CALLS = "calls that took over 1 s";

/** Gets that outwait the server's own timeout, which is 7 s. */
async function runPatient(context: RunContext): Promise<Recording> {
  const patient = { timeoutMs: PATIENT_MS, signal: context.signal };
  const target = await followerOf(context.cluster);
  await using client = await clientPinnedTo(target, context);
  await context.cluster.isolate(target);
  const recorder = new Recorder(context, client);
  recorder.fault();
  const get = () => recorder.call(() => client.range("#39", patient));
  const slow = () =>
    recorder.marks.filter(({ durationMs }) => durationMs > 1_000).length;
  while (slow() === 0 && recorder.calls < CALLS_UNTIL_SLOW) await get();
  // A strategy that is stuck would fail again: one of 9 s shows it.
  if (recorder.failed === 0) await get();
  return recorder.finish({ measures: { [SLOW_CALLS]: slow() } });
}

/** Gets on a follower that loses its leader: once bare, once repeated. */
async function runLeaderLoss(context: RunContext): Promise<Recording> {
  const { cluster, subject, signal } = context;
  const { endpoint } = await followerOf(cluster);
  await using repeating = subjectClient(context, { endpoints: endpoint });
  await using bare = subjectClient(context, {
    endpoints: endpoint,
    balancer: withoutRepetition(subject),
  });
  const recorder = new Recorder(context, bare, repeating);
  // Not at once: etcd would keep one of the two reads until the other ends.
  for (const client of [bare, repeating]) {
    await client.connect();
    await followerOf(cluster);
    await cluster.isolate(await cluster.leader());
    recorder.fault();
    for (let made = 0; made < 3; made++) {
      await recorder.call(() =>
        client.range("#48", { timeoutMs: PATIENT_MS, signal })
      );
    }
    await cluster.heal();
  }
  return recorder.finish();
}

const FAULT = "its links to the other members are cut";

/** Section C: a member cut off from the others, which clients still reach. */
export const PARTITION: readonly Scenario[] = [
  {
    id: 37,
    title: "put on an isolated follower",
    faultClass: "isolated",
    fault: FAULT,
    expectations: ISOLATED,
    run: (context) => runIsolated(context, (client) => client.put("#37", "x")),
  },
  {
    id: 38,
    title: "linearizable get on an isolated follower",
    faultClass: "isolated",
    fault: FAULT,
    expectations: ISOLATED,
    run: (context) => runIsolated(context, (client) => client.range("#38")),
  },
  {
    id: 39,
    title: "linearizable gets of 9 s on an isolated follower",
    faultClass: "isolated",
    fault: FAULT,
    seconds: 9,
    expectations: {
      "grpc1.0": {
        go: "fails at 9 s, every time [M]",
        ours: {
          failed: [1, 1],
          codes: ["timeout"],
          longestCallMs: [8_900, 11_000],
        },
      },
      "grpc1.7": {
        go: "ok inside the first call, at 7.04 s [T][M]",
        ours: {
          failed: [0, 0],
          longestCallMs: [6_500, 8_800],
          measures: { [SLOW_CALLS]: [1, 1] },
        },
      },
      "grpc1.23": {
        go: "ok, but every third call takes 7 s [M]",
        ours: {
          failed: [0, 0],
          longestCallMs: [6_500, 8_800],
          measures: { [SLOW_CALLS]: [1, 1] },
        },
      },
    },
    run: runPatient,
  },
  {
    id: 40,
    title: "serializable get on an isolated follower",
    faultClass: "isolated",
    fault: FAULT,
    expectations: {
      "grpc1.0": STALE,
      "grpc1.7": STALE,
      "grpc1.23": STALE,
    },
    run: (context) =>
      runIsolated(
        context,
        (client) => client.range("#40", { serializable: true }),
        PATIENT,
      ),
  },
  {
    id: 48,
    title: "linearizable get on a follower that loses its leader",
    faultClass: "leader",
    fault: "the leader's links to the other members are cut",
    seconds: 4,
    expectations: everyStrategy({
      go: "ErrLeaderChanged first, then ok or ErrTimeout [T]",
      ours: {
        failed: [1, 1],
        codes: ["leader_changed"],
        endsWell: true,
      },
    }),
    run: runLeaderLoss,
  },
];
