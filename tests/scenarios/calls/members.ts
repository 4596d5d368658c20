import type { Client } from "../../../mod.ts";
import {
  clientPinnedTo,
  followerOf,
  otherThan,
  PATIENT,
} from "../steps/clients.ts";
import { everyStrategy } from "../verdict/expectations.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Expected } from "../verdict/expected.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext, Scenario } from "../scenario.ts";

const MEBIBYTE = 1024 * 1024;
const SNAPSHOT_MEBIBYTES = 4;

const UNDISTURBED: Expected = {
  failed: [0, 0],
  redials: [0, 0],
  measures: { "puts served by the endpoint afterwards": [5, 5] },
};

/** Rows of E and G that concern single members. */
export const MEMBERS: readonly Scenario[] = [
  {
    id: 61,
    title: "calls to a member outside the list, while that one is silent",
    faultClass: "nobody",
    fault: "the only endpoint's bytes are held back",
    expectations: {
      "grpc1.0": { go: "has no such call", ours: UNDISTURBED },
      "grpc1.7": { go: "ok [T]", ours: UNDISTURBED },
      "grpc1.23": { go: "ok [T]", ours: UNDISTURBED },
    },
    run: runForeign,
  },
  {
    id: 85,
    title: "snapshot cut mid-way",
    faultClass: "cut",
    fault: "the member's connections are reset when some of it has been read",
    expectations: everyStrategy({
      go: "not repeated after the first part, the caller gets an error [D]",
      ours: {
        failed: [1, 1],
        codes: ["connection_lost"],
        endsWell: true,
        measures: { "cut snapshots that looked whole": [0, 0] },
      },
    }),
    run: runCutSnapshot,
  },
];

async function runForeign(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  const target = await followerOf(cluster);
  await using client = await clientPinnedTo(target, context, PATIENT);
  client.setEndpoints(target.endpoint);
  const recorder = new Recorder(context, client);
  // Held, not lost: its connection is meant to live on.
  await target.proxy.set({ kind: "pause" });
  recorder.fault();
  const foreign = client.member(otherThan(target, cluster).endpoint);
  for (let made = 0; made < 10; made++) {
    await recorder.call(() => foreign.status());
  }
  await target.proxy.set({ kind: "pass" });
  let served = 0;
  for (let made = 0; made < 5; made++) {
    await recorder.call(async () => {
      const reply = await client.put("#61", "x", { timeoutMs: 5_000 });
      if (reply.header.memberId === target.id) served++;
      return reply;
    });
  }
  return recorder.finish({
    measures: { "puts served by the endpoint afterwards": served },
  });
}

async function runCutSnapshot(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  const target = await followerOf(cluster);
  await using client = await clientPinnedTo(target, context, PATIENT);
  await fill(client);
  const recorder = new Recorder(context, client);
  let whole = 0;
  await recorder.call(async () => {
    const reader = client.maintenance.snapshot().getReader();
    await reader.read();
    await Promise.all(cluster.members.map(({ proxy }) => proxy.cutAll()));
    recorder.fault();
    while (!(await reader.read()).done);
    whole++;
  });
  await recorder.call(async () => {
    for await (const _ of client.maintenance.snapshot());
  });
  return recorder.finish({
    measures: { "cut snapshots that looked whole": whole },
  });
}

/** More than fits on the way to a client. */
async function fill(client: Client): Promise<void> {
  const value = new Uint8Array(MEBIBYTE);
  for (let made = 0; made < SNAPSHOT_MEBIBYTES; made++) {
    await client.put(`#85/${made}`, value, { timeoutMs: 10_000 });
  }
}
