import { methods } from "../../../proto/methods.ts";
import {
  type Member,
  rawCall,
  sleep,
  startEtcd,
  type TestCluster,
  waitFor,
} from "../../harness/mod.ts";
import { clientPinnedTo, followerOf, observer } from "../steps/clients.ts";
import { repeatDuring } from "../steps/repeat_during.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext, Scenario } from "../scenario.ts";

// One defragmentation of as much takes half a second.
const FILL_BYTES = 200_000_000;
const VALUE_BYTES = 1_000_000;
const WRITERS = 4;
const TIMES = 3;
const PACE_MS = 10;
const NOT_SERVING = 2;
const SHARE = "% of the calls failed";
const NOTICED = "times the health service said so";

async function runDefragmentation(context: RunContext): Promise<Recording> {
  await using cluster = await startEtcd({
    binaries: context.cluster.binaries,
    extraArgs: ["--feature-gates=StopGRPCServiceOnDefrag=true"],
  });
  await fill(cluster);
  const target = await followerOf(cluster);
  const own = { ...context, cluster };
  await using client = await clientPinnedTo(target, own);
  // Of the calls during one defragmentation the last one is served, so many
  // must fit into it, however fast the disk is. The first one takes longest.
  const durationMs = await defragment(target);
  const timeoutMs = Math.min(Math.round(durationMs / 16), 100);
  const recorder = new Recorder(own, client);
  let noticed = 0;
  recorder.fault();
  await repeatDuring(
    async () => {
      await recorder.call(() => client.range("#56", { timeoutMs }));
      await sleep(PACE_MS);
    },
    async (signal) => {
      for (let time = 0; time < TIMES; time++) {
        const ended = defragment(target);
        await waitFor("another health", () => isNotServing(target), { signal });
        noticed++;
        await ended;
      }
    },
    context,
  );
  recorder.heal();
  return recorder.finish({
    measures: {
      [SHARE]: Math.round(100 * recorder.failed / recorder.calls),
      [NOTICED]: noticed,
    },
  });
}

/** Gives the members something to defragment. */
async function fill(cluster: TestCluster): Promise<void> {
  await using client = observer(cluster);
  const value = new Uint8Array(VALUE_BYTES);
  let left = FILL_BYTES / VALUE_BYTES;
  await Promise.all(Array.from({ length: WRITERS }, async () => {
    while (left > 0) await client.put(`filling/${left--}`, value);
  }));
}

/** Resolves to how long it took, in milliseconds. */
async function defragment({ directEndpoint }: Member): Promise<number> {
  const startedAt = performance.now();
  await rawCall(directEndpoint, methods.maintenance.defragment, {}, {
    timeoutMs: 20_000,
  });
  return performance.now() - startedAt;
}

async function isNotServing({ directEndpoint }: Member): Promise<boolean> {
  const { check } = methods.health;
  const { status } = await rawCall(directEndpoint, check, { service: "" });
  return status === NOT_SERVING;
}

/** Of section D: a member that says it does not serve. */
export const DEFRAGMENTATION: readonly Scenario[] = [
  {
    id: 56,
    title: "gets with a short deadline while a member defragments",
    faultClass: "silent",
    fault: "it answers no read meanwhile, and its health is NOT_SERVING",
    etcd: { atLeast: "3.6" },
    seconds: 8,
    expectations: {
      "grpc1.0": {
        go: "no effect",
        ours: { measures: { [SHARE]: [60, 100], [NOTICED]: [3, 3] } },
        because:
          "nothing moves the pin, and between two defragmentations it serves",
      },
      "grpc1.7": {
        go: "only as a gate to leave the unhealthy list",
        ours: {
          failed: [1, 1],
          endsWell: true,
          measures: { [NOTICED]: [3, 3] },
        },
        because: "the first call that runs into its deadline moves the pin",
      },
      "grpc1.23": {
        go:
          "at most 1 % fail with health checks, which are off; at least 25 % without [T]",
        ours: { measures: { [SHARE]: [25, 40], [NOTICED]: [3, 3] } },
        because:
          "ours has no health checks: a member that is connected gets its share",
      },
    },
    run: runDefragmentation,
  },
];
