// How much of a list is in memory at a time, by what the member has sent.
import { assert, assertEquals } from "@std/assert";
import { Client, type KeyValue, prefix } from "../../../mod.ts";
import { metricOf } from "../../harness/mod.ts";
import { startedCalls } from "../../scenarios/steps/started_calls.ts";
import { client, cluster, startOneMember } from "../_one_member.ts";

startOneMember();

const MIB = 1024 * 1024;
const VALUES = 64;

function sentBytes(): Promise<number> {
  return metricOf(
    cluster.members,
    "etcd_network_client_grpc_sent_bytes_total",
  );
}

function pages(): Promise<number> {
  return startedCalls(cluster, { method: "Range" });
}

/** The most bytes that were sent and not given yet. */
async function peakBytes(list: AsyncIterable<KeyValue>): Promise<number> {
  const before = await sentBytes();
  let given = 0;
  let peak = 0;
  for await (const { key, value } of list) {
    peak = Math.max(peak, await sentBytes() - before - given);
    given += key.length + value.length;
  }
  assert(given >= VALUES * MIB);
  return peak;
}

Deno.test("kv.list() of large values has few of them in memory", async () => {
  const value = new Uint8Array(MIB);
  for (let at = 0; at < VALUES; at++) {
    await client.put(`large/${String(at).padStart(3, "0")}`, value);
  }
  const peak = await peakBytes(client.list(prefix("large/")));
  // The first page is 16 keys, and the next few messages are on their way.
  assert(peak > MIB && peak < 24 * MIB, `${peak / MIB} MiB`);
});

Deno.test("kv.list() reads small values in few pages", async () => {
  const kv = client.kv.batched();
  await Promise.all(
    Array.from(
      { length: 5_000 },
      (_, at) => kv.put(`small/${String(at).padStart(4, "0")}`, `${at}`),
    ),
  );
  await using other = new Client({ endpoints: cluster.endpoints });
  const before = await pages();
  assertEquals(
    (await Array.fromAsync(other.list(prefix("small/")))).length,
    5_000,
  );
  const read = await pages() - before;
  // 16, 128, 1 024 and the rest; from etcd 3.7 on, a stream after the first.
  assert(read === 4 || read === 1, `${read} pages`);
});
