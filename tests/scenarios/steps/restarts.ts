import type { Client, RangeOptions } from "../../../mod.ts";
import { type Member, sleep } from "../../harness/mod.ts";
import {
  clientPinnedTo,
  followerOf,
  PATIENT,
  subjectClient,
} from "./clients.ts";
import { noticedLoss } from "./member_loss.ts";
import { repeatDuring } from "./repeat_during.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext } from "../scenario.ts";

export const DOWN_MS = 100;
export const RESTART_MS = 10_000;

export async function runRestarts(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  const pin = await followerOf(cluster);
  const leader = await cluster.leader();
  await using client = await clientPinnedTo(pin, context, PATIENT);
  const recorder = new Recorder(context, client);
  const getting = (options: RangeOptions) => async () => {
    await recorder.call(() => client.range("#21", options));
    await sleep(20);
  };
  recorder.fault();
  await repeatDuring(
    [getting({}), getting({ serializable: true })],
    async () => {
      for (const member of cluster.members) {
        if (member === leader) continue;
        await member.stop();
        await sleep(DOWN_MS);
        await member.restart();
      }
    },
    context,
  );
  return recorder.finish();
}

export async function runPutFailGetRetry(
  context: RunContext,
): Promise<Recording> {
  const { cluster } = context;
  const target = await followerOf(cluster);
  const key = `#23/${crypto.randomUUID()}`;
  await using client = await loneClient(target, context);
  const recorder = new Recorder(context, client);
  await target.stop();
  // A put that leaves before the client knows may be on its way.
  await noticedLoss(target, client, context);
  recorder.fault();
  await recorder.call(() => client.put(key, "x"));
  let found = 0n;
  await Promise.all([
    recorder.call(async () => {
      const reply = await client.range(key, { timeoutMs: false });
      found = reply.count;
      return reply;
    }),
    restartAfter(DOWN_MS, target),
  ]);
  const recording = await recorder.finish();
  const measures = {
    "puts in doubt": recording.ambiguous,
    "keys written": Number(found),
  };
  return { ...recording, measures };
}

export async function runLoneEndpoint(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  const [first, second, third] = cluster.members;
  if (!first || !second || !third) {
    throw new Error("Cannot stop two of three members: there are not as many");
  }
  await cluster.moveLeader(third);
  await using client = await clientPinnedTo(first, context, {
    endpoints: [first.endpoint, second.endpoint],
    dialTimeoutMs: 500,
  });
  const recorder = new Recorder(context, client);
  // The pin last: it must not move to the other one in between.
  await second.stop();
  await first.stop();
  recorder.fault();
  await Promise.all([
    recorder.call(() =>
      client.range("#32", { serializable: true, timeoutMs: RESTART_MS })
    ),
    restartAfter(500, first),
  ]);
  return recorder.finish();
}

/** A client that knows one member, and has connected to it. */
export async function loneClient(
  { endpoint }: Member,
  context: RunContext,
): Promise<Client> {
  const client = subjectClient(context, { endpoints: endpoint });
  await client.connect({ timeoutMs: RESTART_MS });
  return client;
}

export async function restartAfter(ms: number, member: Member): Promise<void> {
  await sleep(ms);
  await member.restart();
}
