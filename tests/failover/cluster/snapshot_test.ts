// Snapshots of a real member: restored by etcd's own tool, left, read slowly.
import { assert, assertEquals } from "@std/assert";
import { Client } from "../../../mod.ts";
import {
  type Member,
  metricOf,
  startEtcd,
  waitFor,
} from "../../harness/mod.ts";
import { cluster, startCluster } from "../_cluster.ts";

const MEBIBYTE = 1024 * 1024;
const DATA_MEBIBYTES = 24;

let member: Member;

startCluster({ members: 1 });

Deno.test.beforeAll(async () => {
  const [only] = cluster.members;
  assert(only);
  member = only;
  await using client = connect();
  const value = new Uint8Array(MEBIBYTE);
  for (let at = 0; at < DATA_MEBIBYTES; at++) {
    crypto.getRandomValues(value.subarray(0, 65_536));
    await client.put(`data/${at}`, value);
  }
  await client.put("kept", "as it was");
});

function connect(): Client {
  return new Client({ endpoints: cluster.endpoints, requestTimeoutMs: 20_000 });
}

/** How many bytes of messages the member has sent to clients. */
function sentBytes(): Promise<number> {
  return metricOf([member], "etcd_network_client_grpc_sent_bytes_total");
}

/** How many snapshots the member has ended, well or not. */
function ended(): Promise<number> {
  return metricOf([member], "grpc_server_handled_total", {
    grpc_method: "Snapshot",
  });
}

Deno.test("snapshot() is a file from which etcd's own tool restores the data", async () => {
  await using client = connect();
  const file = `${cluster.dataRoot}/snapshot.db`;
  await client.maintenance.snapshot().pipeTo(
    (await Deno.create(file)).writable,
  );
  await client.put("kept", "changed since");
  await using restored = await startEtcd({ members: 1, snapshot: file });
  await using other = new Client({ endpoints: restored.endpoints });
  assertEquals((await other.get("kept"))?.value.text(), "as it was");
  const value = await client.get("data/7");
  assert(value);
  assertEquals((await other.get("data/7"))?.value, value.value);
});

Deno.test("snapshot() counts down its bytes, and tells the version to restore it with from etcd 3.6 on", async () => {
  await using client = connect();
  const { version } = cluster.binaries;
  const knows = !/^3\.[45]\./.test(version);
  for (const calls of [client.maintenance, client.member(member.endpoint)]) {
    const snapshot = calls.snapshot();
    assertEquals([snapshot.remainingBytes, snapshot.version], [
      undefined,
      undefined,
    ]);
    let total: bigint | undefined;
    let got = 0n;
    for await (const chunk of snapshot) {
      const { remainingBytes } = snapshot;
      assert(remainingBytes !== undefined);
      got += BigInt(chunk.length);
      total ??= remainingBytes + got;
      // The digest comes last, and is not counted.
      assertEquals(remainingBytes, total > got ? total - got : 0n);
      assertEquals(
        snapshot.version?.split(".").slice(0, 2).join("."),
        knows ? version.split(".").slice(0, 2).join(".") : undefined,
      );
    }
    assertEquals([snapshot.remainingBytes, got], [0n, (total ?? 0n) + 32n]);
  }
});

Deno.test("snapshot() is not sent ahead of who reads it, and ends when left", async () => {
  await using client = connect();
  const [before, endedBefore] = [await sentBytes(), await ended()];
  const reader = client.maintenance.snapshot().getReader();
  await reader.read();
  // Until as much has been sent as fits on the way.
  let sent = -1;
  await waitFor("the member to stop sending", async () => {
    const last = sent;
    sent = await sentBytes() - before;
    return sent === last;
  }, { intervalMs: 300 });
  assert(sent < 4 * MEBIBYTE, `${sent} bytes were sent`);
  assertEquals(await ended(), endedBefore);
  await reader.cancel();
  await waitFor("the member to have let go", async () => {
    return await ended() === endedBefore + 1;
  });
});
