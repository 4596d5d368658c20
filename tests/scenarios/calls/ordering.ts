import { prefix } from "../../../mod.ts";
import { monotonic, type MonotonicOptions } from "../../../recipes/mod.ts";
import { clientPinnedTo, followerOf, observer } from "../steps/clients.ts";
import { loop } from "../steps/loop.ts";
import type { Reply } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext, Scenario } from "../scenario.ts";
import { PROMPT_MS } from "../verdict/expected.ts";
import { everyStrategy } from "../verdict/expectations.ts";

const KEYS = prefix("ordering/");
const BEHIND = "answers behind what was seen";
const FAULT = "its links to the other members are cut, and they write";
const NONE_BEHIND = { [BEHIND]: [0, 0] } as const;

/** Section I: reads that may be stale, but do not go back in time. */
export const ORDERING: readonly Scenario[] = [
  {
    id: 98,
    title: "monotonic serializable gets, the first on an isolated follower",
    faultClass: "isolated",
    fault: FAULT,
    expectations: {
      "grpc1.0": {
        go: "no such layer in its time",
        ours: {
          failed: "all",
          codes: ["stale_read"],
          measures: NONE_BEHIND,
        },
        because: "its pin is the member that is behind, and it stays there",
      },
      "grpc1.7": {
        go: "sets the endpoints to one after the other, 1 s each [T]",
        ours: { failed: [1, 2], endsWell: true, measures: NONE_BEHIND },
        because:
          "the linearizable get runs into its deadline, which moves the pin",
      },
      "grpc1.23": {
        go: "asks again, and the round goes on [T]",
        ours: {
          failed: [0, 0],
          longestCallMs: PROMPT_MS,
          measures: NONE_BEHIND,
        },
      },
    },
    run: (context) => runOrdering(context, { onStale: "linearizable" }),
  },
  {
    id: 99,
    title: "monotonic serializable gets where only a stale member is left",
    faultClass: "isolated",
    fault: FAULT,
    expectations: everyStrategy({
      go: "ErrNoGreaterRev [T]",
      ours: {
        failed: "all",
        codes: ["stale_read"],
        measures: NONE_BEHIND,
      },
    }),
    // As Go's client, which does not wait for the others to agree.
    run: (context) => runOrdering(context, { onStale: "error" }),
  },
];

async function runOrdering(
  context: RunContext,
  { onStale }: Pick<MonotonicOptions, "onStale">,
): Promise<Recording> {
  const { cluster, callTimeoutMs: timeoutMs } = context;
  const stale = await followerOf(cluster);
  await using client = await clientPinnedTo(stale, context);
  await cluster.isolate(stale);
  await using writer = observer(cluster, { except: stale });
  const keys = monotonic(client, { onStale });
  const { header } = await writer.put("ordering/a", crypto.randomUUID());
  // As from a message of the program that has written it.
  keys.observe(header.revision);
  if (onStale === "error") client.setEndpoints(stale.endpoint);
  let behind = 0;
  const read = async (): Promise<Reply> => {
    const floor = keys.seenRevision;
    const reply = await keys.range(KEYS, { serializable: true, timeoutMs });
    if (reply.header.revision < floor) behind++;
    return reply;
  };
  const recording = await loop(client, context, read);
  return {
    ...recording,
    measures: { ...recording.measures, [BEHIND]: behind },
  };
}
