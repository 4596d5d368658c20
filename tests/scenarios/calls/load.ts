import type { Client, ClientOptions } from "../../../mod.ts";
import { type Member, sleep } from "../../harness/mod.ts";
import { clientPinnedTo, followerOf } from "../steps/clients.ts";
import { EventCounts } from "../steps/event_counts.ts";
import { type Load, underLoad } from "../steps/load.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import { NO_SUCH_TEST } from "../verdict/expectations.ts";
import type { Expectation, RunContext, Scenario } from "../scenario.ts";

const CALLERS = 8;
const READERS = 64;
const READ_DEADLINE_MS = 300;
const LOAD_MS = 2_000;
const HEDGED = "% of the calls were sent twice";
const ISOLATED = "its links to the other members are cut";
const SILENT = "its connections stay open, every byte is discarded";

/** Section J: many callers at once. */
export const LOAD: readonly Scenario[] = [
  {
    id: 102,
    title: `${CALLERS} callers with gets and puts on a silent member`,
    faultClass: "silent",
    fault: SILENT,
    seconds: 2,
    expectations: mixed(),
    run: (context) =>
      runMixed(context, ({ proxy }) => proxy.set({ kind: "blackhole" })),
  },
  {
    id: 103,
    title: `${CALLERS} callers with gets and puts on an isolated follower`,
    faultClass: "isolated",
    fault: ISOLATED,
    seconds: 4,
    expectations: mixed(),
    run: (context) =>
      runMixed(context, (member) => context.cluster.isolate(member)),
  },
  {
    id: 105,
    title:
      `${READERS} readers with a deadline of ${READ_DEADLINE_MS} ms on a silent member`,
    faultClass: "silent",
    fault: SILENT,
    seconds: 2,
    expectations: {
      "grpc1.0": {
        go: NO_SUCH_TEST,
        ours: { failed: "all" },
        because: "its pin is the silent member, and it stays there",
      },
      "grpc1.7": {
        go: NO_SUCH_TEST,
        ours: { failed: [READERS, 2 * READERS], endsWell: true },
        because: "each reader has a call on the pin when it is left",
      },
      "grpc1.23": {
        go: NO_SUCH_TEST,
        ours: { failed: [2 * READERS, 8 * READERS] },
        because: "each reader comes to the silent member again and again",
      },
      adaptive: {
        go: NO_SUCH_TEST,
        ours: { failed: [0, 0], measures: { [HEDGED]: [0, 10] } },
        because: "a read is sent to a second member before its deadline",
      },
    },
    run: runReaders,
  },
];

function mixed(): Readonly<Record<string, Expectation>> {
  return {
    "grpc1.0": {
      go: NO_SUCH_TEST,
      ours: { failed: "all" },
      because: "its pin is the member, and it stays there",
    },
    "grpc1.7": {
      go: NO_SUCH_TEST,
      ours: { failed: [CALLERS, 2 * CALLERS] },
      because: "each caller has a call on the pin when it is left",
    },
    "grpc1.23": {
      go: NO_SUCH_TEST,
      ours: { failed: [CALLERS, 6 * CALLERS] },
      because: "each caller comes to the member again and again",
    },
    adaptive: {
      go: NO_SUCH_TEST,
      ours: {
        measures: {
          "gets that failed": [0, 0],
          "ms for the longest of the gets": [0, 600],
          // One of each caller, until the first is late.
          "puts that failed": [0, CALLERS],
        },
      },
      because: "a put that was on its way there is lost, and is sent once only",
    },
  };
}

function runMixed(
  context: RunContext,
  fault: (member: Member) => Promise<unknown>,
): Promise<Recording> {
  return loaded(context, {
    fault,
    load: (client) => ({
      callers: CALLERS,
      paceMs: 10,
      kinds: {
        gets: () => client.range("load"),
        puts: () => client.put("load", "x"),
      },
    }),
  });
}

function runReaders(context: RunContext): Promise<Recording> {
  return loaded(context, {
    fault: ({ proxy }) => proxy.set({ kind: "blackhole" }),
    options: { requestTimeoutMs: READ_DEADLINE_MS },
    load: (client) => ({
      callers: READERS,
      paceMs: 50,
      kinds: { gets: () => client.range("load") },
    }),
  });
}

/** A load on a client, on whose member there is a fault from the start. */
async function loaded(
  context: RunContext,
  { fault, load, options }: {
    readonly fault: (member: Member) => Promise<unknown>;
    readonly load: (client: Client) => Load;
    readonly options?: Partial<ClientOptions>;
  },
): Promise<Recording> {
  const target = await followerOf(context.cluster);
  const counts = new EventCounts(context.timeline);
  await using client = await clientPinnedTo(target, context, {
    ...options,
    ...counts.client,
  });
  const recorder = new Recorder(context, client);
  await fault(target);
  recorder.fault();
  const measures = await underLoad(recorder, load(client), {
    task: () => sleep(LOAD_MS),
    signal: context.signal,
  });
  const hedged = 100 * counts.of("hedged") / recorder.calls;
  return recorder.finish({
    measures: {
      ...measures,
      [HEDGED]: Math.round(10 * hedged) / 10,
      ejections: counts.of("ejected"),
    },
  });
}
