import type { Client } from "../../../mod.ts";
import { type Member, sleep } from "../../harness/mod.ts";
import {
  followerOf,
  observer,
  settle,
  subjectClient,
} from "../steps/clients.ts";
import { sideBySide } from "../steps/side_by_side.ts";
import { soon } from "../steps/soon.ts";
import { startedCalls } from "../steps/started_calls.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { Expected } from "../verdict/expected.ts";
import { NO_SUCH_TEST } from "../verdict/expectations.ts";
import type { Expectation, RunContext, Scenario } from "../scenario.ts";
import { IN_TIME, LATE } from "./_through.ts";
import { sumOf, WatchLog } from "./log.ts";

const CLIENTS = 30;
const REST_MS = 5_000;
const QUIET_MS = 60_000;
const SILENT_MS = 3_000;
const AT_FIRST = "questions a second at first";
const AT_REST = "questions a second after a minute";
const EVENTS_MS = "ms until each client has its event";

/** The rows of section F in which many clients watch. */
export const WATCH_CROWD: readonly Scenario[] = [
  {
    id: 109,
    title: `${CLIENTS} watching clients at rest`,
    faultClass: "none",
    fault: "none",
    seconds: (2 * REST_MS + QUIET_MS) / 1_000,
    expectations: crowd(
      { measures: { [AT_FIRST]: [0, 0], [AT_REST]: [0, 0] } },
      "it asks nobody",
      {
        // One each 1.25 s of each client, and one each 2.25 s.
        ours: { measures: { [AT_FIRST]: [18, 30], [AT_REST]: [10, 16] } },
        because:
          "what carries a watch is asked every 1.25 s, and every 2.25 s when it has been quiet for a minute",
      },
    ),
    run: runAtRest,
  },
  {
    id: 110,
    title: `${CLIENTS} watching clients, their member silent`,
    faultClass: "silent",
    fault: "its connections stay open, every byte is discarded",
    seconds: SILENT_MS / 1_000 + 2,
    expectations: crowd(LATE, "nothing ends a stream that is silent", {
      ours: { ...IN_TIME, measures: { [EVENTS_MS]: [0, 2_500] } },
      because: "it asks, and takes the streams from a member that is silent",
    }),
    run: runAtFault,
  },
];

/** The three generations fare alike. */
function crowd(
  ours: Expected,
  because: string,
  adaptive: Pick<Expectation, "ours" | "because">,
): Readonly<Record<string, Expectation>> {
  const generation = { go: NO_SUCH_TEST, ours, because };
  return {
    "grpc1.0": generation,
    "grpc1.7": generation,
    "grpc1.23": generation,
    adaptive: { go: NO_SUCH_TEST, ...adaptive },
  };
}

/** Clients of all members, each with a watch on the same one. */
class Crowd implements AsyncDisposable {
  readonly clients: readonly Client[];
  readonly logs: readonly WatchLog[];
  readonly #stack: AsyncDisposableStack;

  private constructor(
    pairs: readonly { readonly client: Client; readonly log: WatchLog }[],
    stack: AsyncDisposableStack,
  ) {
    this.clients = pairs.map(({ client }) => client);
    this.logs = pairs.map(({ log }) => log);
    this.#stack = stack;
  }

  static async start(
    context: RunContext,
    { target, key }: { readonly target: Member; readonly key: string },
  ): Promise<Crowd> {
    const { cluster } = context;
    await using stack = new AsyncDisposableStack();
    // All their events would fill the report.
    const options = { endpoints: target.endpoint, onEvent: undefined };
    const pairs = await sideBySide(
      Array.from({ length: CLIENTS }),
      async () => {
        const client = stack.use(subjectClient(context, options));
        await settle(client);
        // Before it knows the others: its stream stays where it is.
        const log = stack.use(
          await WatchLog.start(client, key, { requireLeader: false }),
        );
        client.setEndpoints(cluster.endpoints);
        await settle(client);
        return { client, log };
      },
    );
    return new Crowd(pairs, stack.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

async function runAtRest(context: RunContext): Promise<Recording> {
  const { cluster, signal } = context;
  const target = await followerOf(cluster);
  await using crowd = await Crowd.start(context, { target, key: "rest" });
  const recorder = new Recorder(context, ...crowd.clients);
  const questions = async () => {
    const before = await startedCalls(cluster, { method: "Range" });
    const startedAt = performance.now();
    await sleep(REST_MS);
    const seconds = (performance.now() - startedAt) / 1_000;
    const after = await startedCalls(cluster, { method: "Range" });
    return Math.round(10 * (after - before) / seconds) / 10;
  };
  const atFirst = await questions();
  // Who asks nothing at first has nothing that could make it ask later.
  if (atFirst > 0) await sleep(QUIET_MS);
  signal?.throwIfAborted();
  const atRest = atFirst > 0 ? await questions() : 0;
  return recorder.finish({
    measures: { [AT_FIRST]: atFirst, [AT_REST]: atRest },
  });
}

async function runAtFault(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  const target = await followerOf(cluster);
  const key = `crowd/${crypto.randomUUID()}`;
  await using crowd = await Crowd.start(context, { target, key });
  const { clients, logs } = crowd;
  const recorder = new Recorder(context, ...clients);
  await target.proxy.set({ kind: "blackhole" });
  recorder.fault();
  await using writer = observer(cluster, { except: target });
  const { header } = await writer.put(key, "x");
  const wanted = [header.revision];
  const came = () => logs.filter(({ events }) => events > 0).length;
  await soon(() => came() === CLIENTS, SILENT_MS);
  const inTime = logs.map((log) => log.events > 0 ? 1 : 0);
  const soonMs = recorder.sinceFaultMs;
  await target.proxy.set({ kind: "pass" });
  recorder.heal();
  await Promise.all(logs.map((log) => log.caughtUp(wanted)));
  const allMs = inTime.includes(0) ? recorder.sinceFaultMs : soonMs;
  return recorder.finish({
    watch: sumOf(logs.map((log, at) => log.count(wanted, inTime[at] ?? 0))),
    measures: { [EVENTS_MS]: Math.round(allMs) },
  });
}
