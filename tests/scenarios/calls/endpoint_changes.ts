import type { Client } from "../../../mod.ts";
import {
  clientPinnedTo,
  followerOf,
  otherThan,
  PATIENT,
  settle,
  subjectClient,
} from "../steps/clients.ts";
import { everyStrategy } from "../verdict/expectations.ts";
import { refuse } from "../steps/member_loss.ts";
import { missDeadline } from "../steps/missed_deadline.ts";
import { PROMPT_MS } from "../verdict/expected.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { Expectation, RunContext, Scenario } from "../scenario.ts";

const PUTS = 5;

/** The three ways to get from a member that dies to one that lives. */
async function runSwitch(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  const dying = await followerOf(cluster);
  const living = otherThan(dying, cluster);
  const both = [dying.endpoint, living.endpoint];
  const ways = [
    (client: Client) => client.setEndpoints(living.endpoint),
    async (client: Client) => {
      client.setEndpoints(both);
      await settle(client);
      await refuse(dying, client, context);
    },
    async (client: Client) => {
      await refuse(dying, client, context);
      client.setEndpoints(both);
    },
  ];
  await using clients = new AsyncDisposableStack();
  const subjects = ways.map(() =>
    clients.use(
      subjectClient(context, { ...PATIENT, endpoints: dying.endpoint }),
    )
  );
  const recorder = new Recorder(context, ...subjects);
  for (const [index, way] of ways.entries()) {
    const client = subjects[index] as Client;
    await dying.proxy.set({ kind: "pass" });
    await settle(client);
    await way(client);
    for (let made = 0; made < PUTS; made++) {
      await recorder.call(() => client.put("#58", "x"));
    }
  }
  return recorder.finish();
}

const CHANGES = "changes of connections or pin";
const AVOIDED = "endpoints avoided after reordering";
const AVOIDED_LATER = "endpoints avoided after a real change";

async function runReorder(context: RunContext): Promise<Recording> {
  const { cluster, timeline } = context;
  const target = await followerOf(cluster);
  await using client = await clientPinnedTo(target, context, PATIENT);
  // So that there is a mark to keep.
  await missDeadline(cluster, {
    client,
    recorder: new Recorder(context, client),
  });
  await settle(client);
  const recorder = new Recorder(context, client);
  const changes = () => timeline.eventsSince(0, cluster).length;
  const before = changes();
  recorder.fault();
  client.setEndpoints(cluster.endpoints.toReversed());
  for (let made = 0; made < PUTS; made++) {
    await recorder.call(() => client.put("#59", "x"));
  }
  const after = changes();
  const avoided = client.balancer.avoided.length;
  // Neither the marked one nor the pin leaves.
  const { pin } = client.balancer;
  client.setEndpoints(
    cluster.endpoints.filter((endpoint) =>
      endpoint === target.endpoint || endpoint === pin
    ),
  );
  const later = client.balancer.avoided.length;
  await recorder.call(() => client.put("#59", "x"));
  return recorder.finish({
    measures: {
      [CHANGES]: after - before,
      [AVOIDED]: avoided,
      [AVOIDED_LATER]: later,
    },
  });
}

const NOTHING: Expectation = {
  go: "no-op",
  ours: {
    failed: [0, 0],
    longestCallMs: PROMPT_MS,
    redials: [0, 0],
    measures: { [CHANGES]: [0, 0], [AVOIDED]: [0, 0], [AVOIDED_LATER]: [0, 0] },
  },
};

/** Section E: other endpoints. */
export const ENDPOINT_CHANGES: readonly Scenario[] = [
  {
    id: 58,
    title: "puts after new endpoints, in three ways",
    faultClass: "refused",
    fault:
      "the only endpoint is replaced; it dies after another one is added; it dies before",
    expectations: everyStrategy({
      go: "ok [T]",
      ours: { failed: [0, 0], longestCallMs: PROMPT_MS },
    }),
    run: runSwitch,
  },
  {
    id: 59,
    title: "puts after the same endpoints in another order",
    faultClass: "none",
    fault: "none, after one get with too short a deadline",
    expectations: {
      "grpc1.0": NOTHING,
      "grpc1.7": {
        go: "no-op, marks are kept; a real change clears them",
        ours: {
          ...NOTHING.ours,
          measures: { ...NOTHING.ours.measures, [AVOIDED]: [1, 1] },
        },
      },
      "grpc1.23": NOTHING,
    },
    run: runReorder,
  },
];
