// Large ranges, read in pages or, from etcd 3.7 on, as one stream.
import { assert, assertEquals } from "@std/assert";
import { Client, type KeyValue, prefix } from "../../../mod.ts";
import { findEtcd, waitFor } from "../../harness/mod.ts";
import { startedCalls } from "../../scenarios/steps/started_calls.ts";
import { cluster, startCluster } from "../_cluster.ts";

const KEYS = 5_000;
const { version } = await findEtcd();
const STREAMS = !/^3\.[0-6]\./.test(version);

startCluster();

Deno.test.beforeAll(async () => {
  await using client = connect();
  const kv = client.kv.batched();
  await Promise.all(Array.from({ length: KEYS }, (_, at) => {
    return kv.put(keyOf(at), `${at}`.repeat(50));
  }));
});

function connect(): Client {
  return new Client({ endpoints: cluster.endpoints, requestTimeoutMs: 20_000 });
}

function keyOf(at: number): string {
  return `list/${String(at).padStart(6, "0")}`;
}

/** How many calls of a method all members have begun to serve. */
function served(method: string): Promise<number> {
  return startedCalls(cluster, { method });
}

/** Reads to the end, with something done after so many keys. */
async function read(
  list: AsyncIterable<KeyValue>,
  interlude: { readonly after: number; run(): Promise<unknown> },
): Promise<KeyValue[]> {
  const seen: KeyValue[] = [];
  for await (const kv of list) {
    seen.push(kv);
    if (seen.length === interlude.after) await interlude.run();
  }
  return seen;
}

Deno.test("kv.list() gives what one large range does, whatever is written meanwhile", async () => {
  await using client = connect();
  const { kvs } = await client.range(prefix("list/"));
  assertEquals(kvs.length, KEYS);
  const [pages, streams] = [await served("Range"), await served("RangeStream")];
  const list = client.list(prefix("list/"), { pageSize: 100 });
  const seen = await read(list, {
    after: 150,
    run: async () => {
      await client.put(keyOf(KEYS + 1), "new");
      await client.put(keyOf(4_000), "changed");
      await client.delete(keyOf(4_001));
    },
  });
  assertEquals(seen, [...kvs]);
  assertEquals(await served("RangeStream") - streams, STREAMS ? 1 : 0);
  const more = await served("Range") - pages;
  assert(STREAMS ? more === 1 : more === 3, `there were ${more} pages`);
});

Deno.test("kv.list() leaves values out, and reads an old revision", async () => {
  await using client = connect();
  const { header: { revision } } = await client.range("list/none");
  await client.delete(prefix("list/002"));
  const list = client.list(prefix("list/"), {
    revision,
    keysOnly: true,
    pageSize: 10,
  });
  const seen = await Array.fromAsync(list);
  const { kvs } = await client.range(prefix("list/"), {
    revision,
    keysOnly: true,
  });
  assertEquals(seen, [...kvs]);
  assert(seen.every(({ value }) => value.length === 0));
});

Deno.test({
  name: "kv.list() goes on in pages when its stream is cut (needs etcd 3.7)",
  ignore: !STREAMS,
  fn: async () => {
    await using client = connect();
    const { kvs } = await client.range(prefix("list/"));
    const pages = await served("Range");
    const streams = await served("RangeStream");
    const seen = await read(client.list(prefix("list/"), { pageSize: 10 }), {
      after: 50,
      run: () =>
        Promise.all(cluster.members.map(({ proxy }) => proxy.cutAll())),
    });
    assertEquals(seen, [...kvs]);
    assertEquals(await served("RangeStream") - streams, 1);
    assert(await served("Range") - pages > 1, "the stream was not cut");
  },
});

Deno.test({
  name: "kv.list() frees its stream when it is left (needs etcd 3.7)",
  ignore: !STREAMS,
  fn: async () => {
    await using client = connect();
    const inFlight = () =>
      client.balancer.endpoints.reduce((sum, one) => sum + one.inFlight, 0);
    for await (const { key } of client.list(prefix("list/"), { pageSize: 1 })) {
      if (key.text() !== keyOf(5)) continue;
      assertEquals(inFlight(), 1);
      break;
    }
    await waitFor("the stream to be gone", () => inFlight() === 0);
  },
});
