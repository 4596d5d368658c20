import { type Client, op } from "../../../mod.ts";
import { sleep } from "../../harness/mod.ts";
import { clientPinnedTo, followerOf, PATIENT } from "../steps/clients.ts";
import { everyStrategy } from "../verdict/expectations.ts";
import { type Expected, PROMPT_MS } from "../verdict/expected.ts";
import { Recorder, type Reply } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext, Scenario } from "../scenario.ts";
import {
  DOWN_MS,
  loneClient,
  RESTART_MS,
  restartAfter,
  runLoneEndpoint,
  runPutFailGetRetry,
  runRestarts,
} from "../steps/restarts.ts";

type Call = (client: Client) => Promise<Reply>;

const SERVED: Expected = { failed: [0, 0], longestCallMs: PROMPT_MS };
const COMPLETES: Expected = { failed: [0, 0], firstSuccessWithinMs: 5_000 };

/** Section B: servers that are shut down and started again. */
export const SERVER_SHUTDOWN: readonly Scenario[] = [
  {
    id: 18,
    title: "one put, delete and txn each, a second after a shutdown",
    faultClass: "stopped",
    fault: "the pin gets SIGTERM",
    expectations: {
      "grpc1.0": { go: "ok [D]", ours: SERVED },
      "grpc1.7": { go: "the single op succeeds [T]", ours: SERVED },
      "grpc1.23": { go: "the single op succeeds [T]", ours: SERVED },
    },
    run: (context) =>
      runAfterShutdown(context, {
        pauseMs: 1_000,
        calls: [
          (client) => client.put("#18", "x"),
          (client) => client.delete("#18"),
          (client) => client.txn({ then: [op.put("#18", "x")] }),
        ],
      }),
  },
  {
    id: 19,
    title: "three gets of each kind, right after a shutdown",
    faultClass: "stopped",
    fault: "the pin gets SIGTERM",
    expectations: {
      "grpc1.0": { go: "ok [D]", ours: SERVED },
      "grpc1.7": { go: "ok [T]", ours: SERVED },
      "grpc1.23": { go: "ok [T]", ours: SERVED },
    },
    run: (context) =>
      runAfterShutdown(context, {
        pauseMs: 0,
        calls: [
          (client) => client.range("#19"),
          (client) => client.range("#19", { serializable: true }),
        ],
        // So that one of them meets the member under every strategy.
        times: 3,
      }),
  },
  {
    id: 21,
    title: "gets while the pin, then another follower, restarts",
    faultClass: "stopped",
    fault: "each gets SIGTERM and is started again",
    expectations: {
      "grpc1.0": { go: "not known", ours: { ...SERVED, endsWell: true } },
      "grpc1.7": { go: "ok [T]", ours: { ...SERVED, endsWell: true } },
      "grpc1.23": {
        go: "ok within two gets [T]",
        ours: { ...SERVED, endsWell: true },
      },
    },
    run: runRestarts,
  },
  {
    id: 22,
    title: "get while its only endpoint restarts",
    faultClass: "nobody",
    fault: "the only endpoint gets SIGTERM, and is started again 100 ms later",
    seconds: 3,
    expectations: {
      "grpc1.0": { go: "completes [D]", ours: COMPLETES },
      "grpc1.7": { go: "completes within 5 s [T]", ours: COMPLETES },
      "grpc1.23": { go: "completes within 20 s [T]", ours: COMPLETES },
    },
    async run(context) {
      const target = await followerOf(context.cluster);
      await using client = await loneClient(target, context);
      const recorder = new Recorder(context, client);
      await target.stop();
      recorder.fault();
      await Promise.all([
        recorder.call(() => client.range("#22", { timeoutMs: RESTART_MS })),
        restartAfter(DOWN_MS, target),
      ]);
      return recorder.finish();
    },
  },
  {
    id: 23,
    title: "put, then get, of a client whose only endpoint is down",
    faultClass: "nobody",
    fault: "the only endpoint gets SIGTERM, and is started again after the put",
    seconds: 3,
    expectations: everyStrategy({
      go: "the put fails, the get waits for the restart and sees nothing [T]",
      ours: {
        failed: [1, 1],
        codes: ["unavailable"],
        firstSuccessWithinMs: 6_000,
        measures: { "puts in doubt": [0, 0], "keys written": [0, 0] },
      },
    }),
    run: runPutFailGetRetry,
  },
  {
    id: 32,
    title: "serializable get where both endpoints stop and one comes back",
    faultClass: "nobody",
    fault: "both endpoints get SIGTERM, the pin is started again 500 ms later",
    seconds: 6,
    expectations: {
      "grpc1.0": { go: "ok within 5 s [T]", ours: COMPLETES },
      "grpc1.7": {
        go: "ok [D]",
        ours: { failed: [0, 0], longestCallMs: [3_000, 7_500] },
        because:
          "the pin, which is the one that comes back, stays on the unhealthy list for one to two windows of 3 s, in Go as here",
      },
      "grpc1.23": { go: "ok [D]", ours: COMPLETES },
    },
    run: runLoneEndpoint,
  },
];

/** Each call is made by a client of its own, all of them pinned to one member. */
async function runAfterShutdown(
  context: RunContext,
  { pauseMs, calls, times = 1 }: {
    readonly pauseMs: number;
    readonly calls: readonly Call[];
    readonly times?: number;
  },
): Promise<Recording> {
  const target = await followerOf(context.cluster);
  await using clients = new AsyncDisposableStack();
  const ready = await Promise.all(calls.map(async (call) => {
    const pinned = clientPinnedTo(target, context, PATIENT);
    const client = clients.use(await pinned);
    return { client, call };
  }));
  const recorder = new Recorder(context, ...ready.map(({ client }) => client));
  await target.stop();
  recorder.fault();
  await sleep(pauseMs);
  await Promise.all(
    ready.flatMap(({ client, call }) =>
      Array.from(
        { length: times },
        () => recorder.call(() => call(client)),
      )
    ),
  );
  return recorder.finish();
}
