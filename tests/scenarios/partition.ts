import type { Client } from "../../mod.ts";
import { clientPinnedTo, followerOf } from "./_clients.ts";
import { loop } from "./_loop.ts";
import type { Reply } from "./recorder.ts";
import type { Recording } from "./recording.ts";
import type { Expectation, RunContext, Scenario } from "./scenario.ts";

const ISOLATED: Readonly<Record<string, Expectation>> = {
  "grpc1.0": {
    go: "every call runs into its deadline, the pin never leaves [M]",
    ours: { failed: "all" },
  },
  "grpc1.7": {
    go: "one fails, then ok [M], within two tries [T]",
    ours: { failed: [1, 1], endsWell: true },
  },
  "grpc1.23": {
    go: "every third fails [M]",
    ours: { failed: "every third" },
  },
};

const STALE: Expectation = {
  go: "ok, stale allowed [M]",
  ours: { failed: [0, 0] },
};

async function runIsolated(
  context: RunContext,
  call: (client: Client) => Promise<Reply>,
): Promise<Recording> {
  const target = await followerOf(context.cluster);
  await using client = await clientPinnedTo(target, context);
  await context.cluster.isolate(target);
  return await loop(client, context, () => call(client));
}

const FAULT = "its links to the other members are cut";

/** Section C: a member cut off from the others, which clients still reach. */
export const PARTITION: readonly Scenario[] = [
  {
    id: 37,
    title: "put on an isolated follower",
    fault: FAULT,
    expectations: ISOLATED,
    run: (context) => runIsolated(context, (client) => client.put("#37", "x")),
  },
  {
    id: 38,
    title: "linearizable get on an isolated follower",
    fault: FAULT,
    expectations: ISOLATED,
    run: (context) => runIsolated(context, (client) => client.range("#38")),
  },
  {
    id: 40,
    title: "serializable get on an isolated follower",
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
      ),
  },
];
