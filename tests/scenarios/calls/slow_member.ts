import { type Member, sleep } from "../../harness/mod.ts";
import { clientPinnedTo, followerOf } from "../steps/clients.ts";
import { EventCounts } from "../steps/event_counts.ts";
import { setAll } from "../steps/every_member.ts";
import { underLoad } from "../steps/load.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { Expected } from "../verdict/expected.ts";
import { NO_SUCH_TEST } from "../verdict/expectations.ts";
import type { Expectation, RunContext, Scenario } from "../scenario.ts";

const CALLERS = 4;
const LOAD_MS = 2_500;
const PAUSES = 3;
const PAUSE_MS = 300;
// Half on the way there, half on the way back.
const SLOW = { kind: "delay", delayMs: 150 } as const;
const SLOW_MS = 250;
const SLOW_GETS = `% of the gets took over ${SLOW_MS} ms`;
const SLOW_PUTS = `% of the puts took over ${SLOW_MS} ms`;
const EJECTIONS = "ejections";
/** All of it is slow. */
const ALL_SLOW: Expected = {
  failed: [0, 0],
  measures: { [SLOW_GETS]: [95, 100], [SLOW_PUTS]: [95, 100] },
};
const UNHURT: Expected = { failed: [0, 0] };

/** Section K: members that answer, only late. */
export const SLOW_MEMBER: readonly Scenario[] = [
  {
    id: 106,
    title: "gets and puts while a member is slow",
    faultClass: "slow",
    fault: "every answer of a follower comes 300 ms late",
    seconds: 4,
    expectations: {
      "grpc1.0": expected(ALL_SLOW, "its pin is the slow member"),
      "grpc1.7": expected(ALL_SLOW, "its pin is the slow member"),
      "grpc1.23": expected({
        failed: [0, 0],
        measures: { [SLOW_GETS]: [20, 45], [SLOW_PUTS]: [20, 45] },
      }, "it goes round, whatever a member takes"),
      adaptive: expected({
        failed: [0, 0],
        measures: {
          [SLOW_GETS]: [0, 5],
          [SLOW_PUTS]: [0, 10],
          [EJECTIONS]: [1, 1],
        },
      }, "the others show that it need not take so long, and it is left"),
    },
    run: (context) =>
      runLoad(context, {
        fault: (member) => member.proxy.set(SLOW),
        task: () => sleep(LOAD_MS),
      }),
  },
  {
    id: 107,
    title: "gets and puts while a member pauses again and again",
    faultClass: "slow",
    fault: "a follower gets SIGSTOP for 300 ms of every second",
    seconds: 4,
    expectations: {
      "grpc1.0": expected(UNHURT, "no pause is as long as a call may take"),
      "grpc1.7": expected(UNHURT, "no pause is as long as a call may take"),
      "grpc1.23": expected(UNHURT, "no pause is as long as a call may take"),
      adaptive: expected(
        { ...UNHURT, measures: { [EJECTIONS]: [0, 0] } },
        "the member answers again before it could be judged",
      ),
    },
    run: (context) =>
      runLoad(context, { fault: () => Promise.resolve(), task: pauseOften }),
  },
  {
    id: 108,
    title: "gets and puts while all members are slow",
    faultClass: "slow",
    fault: "every answer of every member comes 300 ms late",
    seconds: 4,
    expectations: {
      "grpc1.0": expected(ALL_SLOW, "there is no better member"),
      "grpc1.7": expected(ALL_SLOW, "there is no better member"),
      "grpc1.23": expected(ALL_SLOW, "there is no better member"),
      adaptive: expected({
        ...ALL_SLOW,
        measures: { ...ALL_SLOW.measures, [EJECTIONS]: [0, 0] },
      }, "nobody is left while all take as long"),
    },
    run: (context) =>
      runLoad(context, {
        fault: () => setAll(context.cluster, SLOW),
        task: () => sleep(LOAD_MS),
      }),
  },
];

function expected(ours: Expected, because: string): Expectation {
  return { go: NO_SUCH_TEST, ours, because };
}

async function pauseOften(member: Member): Promise<void> {
  for (let made = 0; made < PAUSES; made++) {
    await member.freeze();
    await sleep(PAUSE_MS);
    await member.thaw();
    await sleep(1_000 - PAUSE_MS);
  }
}

async function runLoad(
  context: RunContext,
  { fault, task }: {
    readonly fault: (member: Member) => Promise<unknown>;
    readonly task: (member: Member) => Promise<void>;
  },
): Promise<Recording> {
  const target = await followerOf(context.cluster);
  const counts = new EventCounts(context.timeline);
  await using client = await clientPinnedTo(target, context, counts.client);
  const recorder = new Recorder(context, client);
  await fault(target);
  recorder.fault();
  const measures = await underLoad(recorder, {
    callers: CALLERS,
    paceMs: 20,
    slowMs: SLOW_MS,
    kinds: {
      gets: () => client.range("slow"),
      puts: () => client.put("slow", "x"),
    },
  }, { task: () => task(target), signal: context.signal });
  return recorder.finish({
    measures: {
      ...measures,
      [EJECTIONS]: counts.of("ejected"),
      "hedged reads": counts.of("hedged"),
    },
  });
}
