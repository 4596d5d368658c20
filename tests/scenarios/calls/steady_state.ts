import { all } from "../../../mod.ts";
import {
  clientPinnedTo,
  followerOf,
  PATIENT,
  settle,
  settledClient,
  subjectClient,
} from "../steps/clients.ts";
import { everyStrategy } from "../verdict/expectations.ts";
import { refuse } from "../steps/member_loss.ts";
import { sideBySide } from "../steps/side_by_side.ts";
import { startedCalls } from "../steps/started_calls.ts";
import { waitFor } from "../../harness/mod.ts";
import { type Expected, PROMPT_MS } from "../verdict/expected.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Mark, Recording } from "../recording/recording.ts";
import type { RunContext, Scenario } from "../scenario.ts";

const GETS = 670;
const OUT_OF_TURN = "calls out of turn";
const BIDI = { type: "bidi_stream" } as const;
const STREAMS = "streams opened by a new client";
const STREAMS_OF_WATCH = "streams opened by its watch";
const CLIENTS = 100;
const GETS_EACH = 3;
const SERVERS = "members that served one client, at most";
const BUSIEST = "% of the calls served by the busiest member";

async function runOrder(context: RunContext): Promise<Recording> {
  const target = await followerOf(context.cluster);
  await using client = await clientPinnedTo(target, context);
  const recorder = new Recorder(context, client);
  const phases: number[] = [];
  const gets = async (count: number) => {
    phases.push(recorder.calls);
    for (let made = 0; made < count; made++) {
      await recorder.call(() => client.range("#95"));
    }
  };
  await gets(9);
  await target.proxy.set({ kind: "pause" });
  recorder.fault();
  await gets(9);
  await refuse(target, client, context);
  await gets(8);
  const { marks } = recorder;
  const [, hung = 0, dead = 0] = phases;
  const outOfTurn = countOutOfTurn(marks.slice(0, hung), 3) +
    countOutOfTurn(marks.slice(hung, dead), 3) +
    countOutOfTurn(marks.slice(dead), 2);
  return recorder.finish({ measures: { [OUT_OF_TURN]: outOfTurn } });
}

/** Calls that went to one of the members before them, or not to the next. */
function countOutOfTurn(marks: readonly Mark[], members: number): number {
  return marks.filter(({ member }, at) => {
    const before = marks.slice(Math.max(at - members + 1, 0), at);
    return before.some((mark) => mark.member === member) ||
      at >= members && marks[at - members]?.member !== member;
  }).length;
}

async function runStreams(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  const before = await startedCalls(cluster, BIDI);
  await using client = await settledClient(context);
  const recorder = new Recorder(context, client);
  await recorder.call(() => client.range("#96"));
  const settled = await startedCalls(cluster, BIDI);
  await using watch = client.watch("#96");
  await watch.ready;
  const watching = await startedCalls(cluster, BIDI);
  return recorder.finish({
    measures: {
      [STREAMS]: settled - before,
      [STREAMS_OF_WATCH]: watching - settled,
    },
  });
}

async function runManyClients(context: RunContext): Promise<Recording> {
  await using stack = new AsyncDisposableStack();
  // All their events would fill the report.
  const options = { ...PATIENT, onEvent: undefined };
  const clients = Array.from(
    { length: CLIENTS },
    () => stack.use(subjectClient(context, options)),
  );
  const recorder = new Recorder(context, ...clients);
  const served = await sideBySide(clients, async (client) => {
    await settle(client);
    const members = new Set<bigint>();
    for (let made = 0; made < GETS_EACH; made++) {
      await recorder.call(async () => {
        const reply = await client.range("#97");
        members.add(reply.header.memberId);
        return reply;
      });
    }
    return members.size;
  });
  const recording = await recorder.finish();
  const { spread, calls } = recording;
  return {
    ...recording,
    measures: {
      [SERVERS]: Math.max(...served),
      [BUSIEST]: Math.round(100 * Math.max(...spread) / calls),
    },
  };
}

const ANSWERED: Expected = { failed: [0, 0], longestCallMs: PROMPT_MS };
const NO_STREAMS: Expected = {
  failed: [0, 0],
  measures: { [STREAMS]: [0, 0], [STREAMS_OF_WATCH]: [1, 1] },
};

/** Section H: no fault at all. */
export const STEADY_STATE: readonly Scenario[] = [
  {
    id: 93,
    title: "connections of an idle client",
    faultClass: "none",
    fault: "none",
    expectations: {
      "grpc1.0": { go: "3 [M]", ours: { connections: 3 } },
      "grpc1.7": { go: "1, after 3 dials [M]", ours: { connections: 1 } },
      "grpc1.23": { go: "3 [M]", ours: { connections: 3 } },
    },
    async run(context) {
      await using client = await settledClient(context);
      const recorder = new Recorder(context, client);
      // The proxies count the sockets too; both must come to one number.
      await waitFor("client and proxies counting alike", async () => {
        const stats = await Promise.all(
          context.cluster.members.map(({ proxy }) => proxy.stats()),
        );
        const open = stats.reduce((sum, { open }) => sum + open, 0);
        return open === client.balancer.connections;
      }, { signal: context.signal });
      return recorder.finish();
    },
  },
  {
    id: 94,
    title: "spread of 670 gets",
    faultClass: "none",
    fault: "none",
    expectations: {
      "grpc1.0": {
        go: "678/0/0 [M]",
        ours: { ...ANSWERED, spread: "one member" },
      },
      "grpc1.7": {
        go: "0/0/661 [M]",
        ours: { ...ANSWERED, spread: "one member" },
      },
      "grpc1.23": {
        go: "223/223/223 [M]",
        ours: { ...ANSWERED, spread: "even" },
      },
    },
    async run(context) {
      await using client = await settledClient(context, PATIENT);
      const recorder = new Recorder(context, client);
      await sideBySide(
        Array.from({ length: GETS }),
        () => recorder.call(() => client.range(all(), { countOnly: true })),
      );
      return recorder.finish();
    },
  },
  {
    id: 95,
    title: "order of gets over members, one of them hung, then dead",
    faultClass: "silent",
    fault: "a member's bytes are held; later it refuses connections",
    expectations: {
      "grpc1.23": {
        go:
          "next member each call, dead one skipped, failing one not skipped [T]",
        // One more of a machine that stood still.
        ours: { failed: [3, 4], measures: { [OUT_OF_TURN]: [0, 0] } },
      },
    },
    run: runOrder,
  },
  {
    id: 96,
    title: "streams of a new client",
    faultClass: "none",
    fault: "none",
    expectations: {
      ...everyStrategy({ go: "0 [M]", ours: NO_STREAMS }),
      "grpc1.0": {
        go: "1 LeaseKeepAlive [M]",
        ours: NO_STREAMS,
        because: "ours opens the lease stream with the first lease kept alive",
      },
    },
    run: runStreams,
  },
  {
    id: 97,
    title: "load of 100 clients on three members",
    faultClass: "none",
    fault: "none",
    expectations: {
      "grpc1.0": {
        go: "skewed: the first one up wins",
        ours: {
          ...ANSWERED,
          connections: 300,
          measures: { [SERVERS]: [1, 1] },
        },
      },
      "grpc1.7": {
        go: "skewed: the first one up wins",
        ours: {
          ...ANSWERED,
          connections: 100,
          measures: { [SERVERS]: [1, 1] },
        },
      },
      "grpc1.23": {
        go: "even",
        ours: {
          ...ANSWERED,
          connections: 300,
          spread: "even",
          measures: { [SERVERS]: [3, 3] },
        },
      },
    },
    run: runManyClients,
  },
];
