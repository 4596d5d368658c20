import {
  type FaultMode,
  type TestCluster,
  waitFor,
} from "../../harness/mod.ts";
import { clientPinnedTo, PATIENT, subjectClient } from "../steps/clients.ts";
import { everyStrategy } from "../verdict/expectations.ts";
import { type Expected, PROMPT_MS } from "../verdict/expected.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext, Scenario } from "../scenario.ts";

const CONNECT_MS = 1_500;
const PUTS = 10;
const NEW = "New with a dial timeout is connect() with a timeout";
const OUT_OF_REACH: Expected = {
  failed: [3, 3],
  codes: ["unavailable"],
  longestCallMs: [CONNECT_MS - 5, CONNECT_MS + 2_000],
};
const SERVED: Expected = {
  failed: [0, 0],
  firstSuccessWithinMs: 1_000,
  longestCallMs: PROMPT_MS,
};

/** Sections A and B: endpoints that cannot be reached from the start. */
export const UNREACHABLE: readonly Scenario[] = [
  {
    id: 14,
    title: "connect, put and get where the only endpoint hangs",
    faultClass: "nobody",
    fault: "the endpoint accepts connections and never answers",
    expectations: everyStrategy({
      go: "New succeeds, calls time out [M]",
      ours: OUT_OF_REACH,
      because:
        `${NEW}; to grpc-js a connection is there when the server's settings have come, which Go's older two did not wait for`,
    }),
    async run(context) {
      const { members: [target], endpoints: [endpoint = ""] } = context.cluster;
      await target?.proxy.set({ kind: "hang" });
      return await runConnect(context, [endpoint]);
    },
  },
  {
    id: 30,
    title: "connect, put and get where every endpoint refuses",
    faultClass: "nobody",
    fault: "every endpoint refuses connections",
    expectations: {
      "grpc1.0": {
        go: "New fails after its dial timeout: timed out when dialing [M]",
        ours: OUT_OF_REACH,
        because: NEW,
      },
      "grpc1.7": {
        go: "New fails after its dial timeout, with the cause [M]",
        ours: OUT_OF_REACH,
        because: NEW,
      },
      "grpc1.23": {
        go:
          "New succeeds in 0 ms, calls time out; with WithBlock it fails after its dial timeout [M]",
        ours: OUT_OF_REACH,
        because: `${NEW}, as with WithBlock`,
      },
    },
    async run(context) {
      await setAll(context.cluster, { kind: "refuse" });
      return await runConnect(context, context.cluster.endpoints);
    },
  },
  {
    id: 31,
    title: "puts where one endpoint is down from the start",
    faultClass: "refused",
    fault: "one endpoint refuses connections before the client is made",
    expectations: {
      "grpc1.0": { go: "ok [T]", ours: SERVED },
      "grpc1.7": { go: "ok [D]", ours: SERVED },
      "grpc1.23": { go: "ok [D]", ours: SERVED },
    },
    async run(context) {
      await context.cluster.members[1]?.proxy.set({ kind: "refuse" });
      await using client = subjectClient(context, PATIENT);
      const recorder = new Recorder(context, client);
      recorder.fault();
      for (let made = 0; made < PUTS; made++) {
        await recorder.call(() => client.put("#31", "x"));
      }
      return recorder.finish();
    },
  },
  {
    id: 33,
    title: "puts of two clients, the first endpoint down",
    faultClass: "refused",
    fault:
      "the first endpoint refuses connections, before one client is made and after the other has connected",
    expectations: {
      "grpc1.0": { go: "not known", ours: SERVED },
      "grpc1.7": {
        go:
          "kubernetes#72102: the client fails where the certificate lacks the first endpoint's name",
        ours: SERVED,
        because: "without TLS here, and ours has a name for each endpoint",
      },
      "grpc1.23": { go: "ok [T]", ours: SERVED },
    },
    run: runFirstDown,
  },
];

async function runConnect(
  context: RunContext,
  endpoints: readonly string[],
): Promise<Recording> {
  await using client = subjectClient(context, { endpoints });
  const recorder = new Recorder(context, client);
  recorder.fault();
  await recorder.call(() => client.connect({ timeoutMs: CONNECT_MS }));
  await recorder.call(() => client.put("unreachable", "x"));
  await recorder.call(() => client.range("unreachable"));
  return recorder.finish();
}

async function runFirstDown(context: RunContext): Promise<Recording> {
  const [first] = context.cluster.members;
  if (first === undefined) throw new Error("Cannot go on without a member");
  await using before = await clientPinnedTo(first, context, PATIENT);
  await first.proxy.set({ kind: "refuse" });
  // A put sent before the reset is seen would be lost: that is #16.
  await waitFor(
    "the loss being seen",
    () =>
      before.balancer.endpoints.every((view) =>
        view.endpoint !== first.endpoint || view.state !== "ready"
      ),
    context,
  );
  await using after = subjectClient(context, PATIENT);
  const recorder = new Recorder(context, before, after);
  recorder.fault();
  for (let made = 0; made < PUTS; made++) {
    await recorder.call(() => before.put("#33", "x"));
    await recorder.call(() => after.put("#33", "x"));
  }
  return recorder.finish();
}

async function setAll(cluster: TestCluster, mode: FaultMode): Promise<void> {
  await Promise.all(cluster.members.map(({ proxy }) => proxy.set(mode)));
}
