// Writes with a condition, on a real server.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Client } from "../../../mod.ts";
import { client, cluster, startOneMember } from "../_one_member.ts";
import { fresh } from "./_keys.ts";

startOneMember();

Deno.test("Kv.put() with ifModRevision writes what was not changed since, and tells what is there", async () => {
  const key = fresh();
  const first = await client.put(key, "1", { ifModRevision: 0n });
  assert(first.succeeded);
  const ifModRevision = first.header.revision;
  const second = await client.put(key, "2", { ifModRevision, prevKv: true });
  assert(second.succeeded);
  assertEquals(second.prevKv?.value.text(), "1");
  const late = await client.put(key, "3", { ifModRevision });
  assert(!late.succeeded);
  assertEquals(late.current, await client.get(key));
  assertEquals(late.current?.value.text(), "2");
  // With what it was told a caller goes on, without another read.
  assertStrictEquals(late.current?.modRevision, second.header.revision);
  const again = { ifModRevision: late.current.modRevision };
  assert((await client.put(key, "3", again)).succeeded);
  await client.delete(key);
  const gone = await client.put(key, "4", again);
  assert(!gone.succeeded);
  assertEquals(gone.current, undefined);
  assertEquals(await client.get(key), undefined);
});

Deno.test("Kv.put() with ifAbsent has one winner, whose value the others are told", async () => {
  const key = fresh();
  await using batching = new Client({
    endpoints: cluster.endpoints,
    batch: "all",
    keepAlive: false,
  });
  const names = Array.from({ length: 30 }, (_, at) => `${at}`);
  const results = await Promise.all(names.map((name, at) => {
    const { kv } = [client, batching][at % 2] ?? client;
    return (at % 3 === 0 ? kv.batched() : kv).put(key, name, {
      ifAbsent: true,
    });
  }));
  const winner = results.findIndex(({ succeeded }) => succeeded);
  assertEquals((await client.get(key))?.value.text(), names[winner]);
  for (const [at, result] of results.entries()) {
    assertStrictEquals(result.succeeded, at === winner);
    if (result.succeeded) continue;
    assertEquals(result.current?.value.text(), names[winner]);
  }
});

Deno.test("Kv.delete() with ifModRevision deletes what was not changed since", async () => {
  const key = fresh();
  const { header: { revision } } = await client.put(key, "1");
  await client.put(key, "2");
  const late = await client.delete(key, { ifModRevision: revision });
  assert(!late.succeeded);
  assertEquals(late.current?.value.text(), "2");
  const ifModRevision = late.current?.modRevision ?? 0n;
  const done = await client.delete(key, { ifModRevision, prevKv: true });
  assert(done.succeeded);
  assertEquals(
    [done.deleted, done.prevKvs.map(({ value }) => value.text())],
    [1n, ["2"]],
  );
  assertEquals(JSON.parse(JSON.stringify(done)).deleted, "1");
  const none = await client.delete(key, { ifModRevision });
  assert(!none.succeeded);
  assertEquals(none.current, undefined);
});

Deno.test("Kv.put() with a condition keeps lease and value as it is told to", async () => {
  const key = fresh();
  const lease = await client.lease.grant(60);
  const made = await client.put(key, "1", { ifAbsent: true, lease });
  assert(made.succeeded);
  assertEquals((await client.get(key))?.lease, lease.id);
  const ifModRevision = made.header.revision;
  const kept = await client.put(key, "", { ifModRevision, ignoreValue: true });
  assert(kept.succeeded);
  const kv = await client.get(key);
  assertEquals([kv?.value.text(), kv?.lease], ["1", 0n]);
  await lease.revoke();
});

Deno.test("A namespace tells of the key without its prefix, and reaches no other", async () => {
  const at = fresh();
  const keys = client.namespace(at).namespace("in/");
  const { header: { revision } } = await keys.put("k", "1");
  await client.put("k", "another");
  const late = await keys.put("k", "2", { ifAbsent: true });
  assert(!late.succeeded);
  assertEquals(late.current?.key.text(), "k");
  const gone = await keys.delete("k", { ifModRevision: revision });
  assert(gone.succeeded);
  assertEquals(await client.get(`${at}in/k`), undefined);
  assertEquals((await client.get("k"))?.value.text(), "another");
});
