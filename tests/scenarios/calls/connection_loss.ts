import type { Client } from "../../../mod.ts";
import { sleep, type TestCluster, waitFor } from "../../harness/mod.ts";
import {
  clientPinnedTo,
  followerOf,
  observer,
  PATIENT,
} from "../steps/clients.ts";
import { repeatDuring } from "../steps/repeat_during.ts";
import { type Expected, PROMPT_MS } from "../verdict/expected.ts";
import { Recorder, type Reply } from "../recording/recorder.ts";
import type { Recording, WriteCount } from "../recording/recording.ts";
import { NO_SUCH_TEST } from "../verdict/expectations.ts";
import type { RunContext, Scenario } from "../scenario.ts";

const AFTER_LOSS = 10;
const SOON: Expected = {
  firstSuccessWithinMs: 1_000,
  longestCallMs: PROMPT_MS,
};

/** Section B: connections and processes that end. */
export const CONNECTION_LOSS: readonly Scenario[] = [
  {
    id: 16,
    title: "put after the connection was reset",
    faultClass: "cut",
    fault: "the idle pin is reset, and refuses new connections",
    expectations: {
      "grpc1.0": {
        go: "0 to 1 fail, ok within 100 ms [M]",
        ours: { failed: [0, 1], ...SOON, endsWell: true },
      },
      "grpc1.7": {
        go: "1 fails, then ok [M]",
        ours: { failed: [0, 1], ...SOON, endsWell: true },
        because:
          "the reset is often seen before the put is sent, which then waits for the next pin",
      },
      "grpc1.23": {
        go: "0 fail [M]",
        ours: { failed: [0, 1], ...SOON, endsWell: true },
        because:
          "a put sent in the instant between the reset and its arrival is lost, and must not be repeated",
      },
    },
    run: (context) => runReset(context, (client) => client.put("#16", "x")),
  },
  {
    id: 17,
    title: "get after the connection was reset",
    faultClass: "cut",
    fault: "the idle pin is reset, and refuses new connections",
    expectations: {
      "grpc1.0": {
        go: "0 fail [M]",
        ours: { failed: [0, 0], ...SOON },
      },
      "grpc1.7": {
        go: "0 fail [M]",
        ours: { failed: [0, 0], ...SOON },
      },
      "grpc1.23": {
        go: "0 fail [M]",
        ours: { failed: [0, 0], ...SOON },
      },
    },
    run: (context) => runReset(context, (client) => client.range("#17")),
  },
  {
    id: 24,
    title: "ten puts while connections are cut every 5 ms",
    faultClass: "cut",
    fault: "all connections are reset every 5 ms",
    expectations: {
      "grpc1.0": { go: "untested", ours: { writes: "at most once" } },
      "grpc1.7": {
        go: "version at most 11 [T]",
        ours: { writes: "at most once" },
      },
      "grpc1.23": {
        go: "version at most 11 [T]",
        ours: { writes: "at most once" },
      },
    },
    run: runCutEvery5Ms,
  },
  {
    id: 25,
    title: "eight writers on one key through six resets",
    faultClass: "cut",
    fault: "all connections are reset six times",
    expectations: {
      "grpc1.0": {
        go: "acked 11 333, errors 3 292, applied 11 380 [M]",
        ours: { writes: "at most once", endsWell: true },
        because:
          "Go's pin moves late and writes fail meanwhile; ours waits for a pin, so it has a few errors",
      },
      "grpc1.7": {
        go: "acked 11 196, errors 40, applied 11 228 [M]",
        ours: { writes: "at most once", endsWell: true },
      },
      "grpc1.23": {
        go: "acked 8 629, errors 67, applied 8 661 [M]",
        ours: { writes: "at most once", endsWell: true },
      },
      adaptive: {
        go: NO_SUCH_TEST,
        ours: { writes: "at most once", endsWell: true },
        because:
          "fails as grpc1.23, more than grpc1.7: what is under way at a cut is lost, and on one connection the answers come together, so that less is; on one endpoint it fails as grpc1.7",
      },
    },
    run: runWriters,
  },
  {
    id: 27,
    title: "puts through a rolling SIGKILL",
    faultClass: "stopped",
    fault: "each member is killed and started again, the leader among them",
    expectations: {
      "grpc1.0": {
        go: "4 fail [M]",
        ours: { failed: [0, 20], endsWell: true },
      },
      "grpc1.7": {
        go: "4 fail [M]",
        ours: { failed: [0, 20], endsWell: true },
      },
      "grpc1.23": {
        go: "5 fail [M]",
        ours: { failed: [0, 20], endsWell: true },
      },
    },
    run: runRollingKill,
  },
];

async function runReset(
  context: RunContext,
  call: (client: Client) => Promise<Reply>,
): Promise<Recording> {
  const target = await followerOf(context.cluster);
  await using client = await clientPinnedTo(target, context, PATIENT);
  const recorder = new Recorder(context, client);
  await target.proxy.set({ kind: "refuse" });
  recorder.fault();
  for (let made = 0; made < AFTER_LOSS; made++) {
    await recorder.call(() => call(client));
  }
  return recorder.finish();
}

async function runCutEvery5Ms(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  const target = await followerOf(cluster);
  await using client = await clientPinnedTo(target, context);
  const key = uniqueKey("#24");
  const recorder = new Recorder(context, client);
  recorder.fault();
  await repeatDuring(async () => {
    await cutAll(cluster);
    recorder.look();
    await sleep(5);
  }, async () => {
    for (let made = 0; made < 10; made++) {
      await recorder.call(() => client.put(key, String(made)));
    }
  }, context);
  // One more without faults, so that a run without any success is a defect.
  await waitFor("a put after the cuts", async () => {
    const before = recorder.succeeded;
    await recorder.call(() => client.put(key, "last"));
    return recorder.succeeded > before;
  }, context);
  return recorder.finish({
    writes: await countWrites(cluster, key, recorder),
  });
}

async function runWriters(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  const target = await followerOf(cluster);
  await using client = await clientPinnedTo(target, context);
  const key = uniqueKey("#25");
  const recorder = new Recorder(context, client);
  const write = () => recorder.call(() => client.put(key, "x"));
  await repeatDuring(
    Array.from({ length: 8 }, () => write),
    async (signal) => {
      for (let cuts = 0; cuts < 6; cuts++) {
        await moreSuccesses(recorder, { count: 50, signal });
        await cutAll(cluster);
        recorder.fault();
      }
      await moreSuccesses(recorder, { count: 50, signal });
    },
    context,
  );
  return recorder.finish({
    writes: await countWrites(cluster, key, recorder),
  });
}

async function runRollingKill(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  const target = await followerOf(cluster);
  await using client = await clientPinnedTo(target, context);
  const recorder = new Recorder(context, client);
  recorder.fault();
  await repeatDuring(async () => {
    await recorder.call(() => client.put("#27", "x"));
    await sleep(20);
  }, async (signal) => {
    for (const member of cluster.members) {
      await member.kill();
      await sleep(500);
      await member.restart();
      await moreSuccesses(recorder, { count: 10, signal });
    }
  }, context);
  return recorder.finish();
}

async function moreSuccesses(
  recorder: Recorder,
  { count, signal }: { readonly count: number; readonly signal: AbortSignal },
): Promise<void> {
  const enough = recorder.succeeded + count;
  await waitFor(
    `${count} more calls that succeed`,
    () => recorder.succeeded >= enough,
    { signal },
  );
}

async function cutAll(cluster: TestCluster): Promise<void> {
  await Promise.all(cluster.members.map(({ proxy }) => proxy.cutAll()));
}

async function countWrites(
  cluster: TestCluster,
  key: string,
  recorder: Recorder,
): Promise<WriteCount> {
  await using client = observer(cluster);
  const kv = await client.get(key);
  return { acked: recorder.succeeded, applied: Number(kv?.version ?? 0n) };
}

function uniqueKey(name: string): string {
  return `${name}/${crypto.randomUUID()}`;
}
