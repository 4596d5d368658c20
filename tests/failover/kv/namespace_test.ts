// Namespaces on a real server, held against the client that sees every key.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  all,
  CompactedError,
  compare,
  EtcdError,
  type Keyspace,
  op,
  prefix,
} from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import { client, nextSerial, startOneMember } from "../_one_member.ts";

startOneMember();

/** A namespace that no other test uses, and its prefix. */
function fresh(): { readonly at: string; readonly space: Keyspace } {
  const at = `namespace${nextSerial()}/`;
  return { at, space: client.namespace(at) };
}

/** The keys below a prefix, as the server has them. */
async function keysBelow(at: string): Promise<readonly string[]> {
  const { kvs } = await client.range(prefix(at));
  return kvs.map(({ key }) => key.text());
}

Deno.test("Keyspace.namespace() has its own keys in every call", async () => {
  const { at, space } = fresh();
  await client.put(at, "the prefix itself");
  await client.put("namespace0", "a neighbour");
  await space.put("a", "1");
  const { prevKv } = await space.put("a", "2", { prevKv: true });
  assertEquals([prevKv?.key.text(), prevKv?.value.text()], ["a", "1"]);
  await space.put("b", "3");
  assertEquals((await space.get("a"))?.key.text(), "a");
  assertEquals(await keysBelow(at), [at, `${at}a`, `${at}b`]);
  const { succeeded, results } = await space.txn({
    if: [
      compare.value("a", "=", "2"),
      compare.version(all(), ">", 0n),
      compare.createRevision(prefix("c"), "=", 0n),
    ],
    then: [
      op.get("a"),
      op.put("c", "4"),
      op.txn({ then: [op.range(all())] }),
      op.delete("b", { prevKv: true }),
    ],
  });
  assert(succeeded);
  const [got, , inner, deleted] = results;
  assertEquals(got?.key.text(), "a");
  assert(inner.succeeded);
  assertEquals(
    inner.results[0].kvs.map(({ key }) => key.text()),
    ["a", "b", "c"],
  );
  assertEquals(deleted.prevKvs.map(({ key }) => key.text()), ["b"]);
  const listed: string[] = [];
  for await (const { key } of space.list(prefix(""), { pageSize: 1 })) {
    listed.push(key.text());
  }
  assertEquals(listed, ["a", "c"]);
  const batched = space.kv.batched();
  const both = await Promise.all([batched.get("a"), batched.get("c")]);
  assertEquals(both.map((kv) => kv?.key.text()), ["a", "c"]);
  assertEquals((await space.delete(all())).deleted, 2n);
  assertEquals(await keysBelow(at), [at]);
});

Deno.test("Keyspace.namespace() watches its own keys", async () => {
  const { at, space } = fresh();
  const nested = space.namespace("deeper/");
  await using watch = nested.watch(all(), { prevKv: true });
  await watch.ready;
  await client.put(`${at}above`, "unseen");
  await client.put(`${at}deeper/a`, "1");
  await nested.put("a", "2");
  await space.delete("deeper/a");
  const seen: (readonly (string | undefined)[])[] = [];
  for await (const { type, kv, prevKv } of watch.events()) {
    seen.push([type, kv.key.text(), prevKv?.key.text()]);
    if (type === "delete") break;
  }
  assertEquals(seen, [
    ["put", "a", undefined],
    ["put", "a", "a"],
    ["delete", "a", "a"],
  ]);
  await waitFor("the end", () => watch.state.kind === "closed");
  await using one = nested.watch("b", { startRevision: 1n });
  await nested.put("b", "1");
  await client.put(`${at}deeper/bb`, "unseen");
  for await (const { events, header } of one) {
    assertEquals(events.map(({ kv }) => kv.key.text()), ["b"]);
    assert(one.cursor !== undefined && one.cursor <= header.revision + 1n);
    break;
  }
});

Deno.test("Keyspace.namespace() tells of its compactions and failures as the client does", async () => {
  const { space } = fresh();
  const { header } = await space.put("a", "1");
  await space.put("a", "2");
  await space.kv.compact(header.revision + 1n);
  await assertRejects(
    () => space.get("a", { revision: header.revision }),
    CompactedError,
  );
  await using watch = space.watch("a", { startRevision: header.revision });
  await assertRejects(
    () => watch[Symbol.asyncIterator]().next(),
    CompactedError,
  );
  const error = await assertRejects(
    () => space.put("a", "", { lease: 4711n }),
    EtcdError,
  );
  assertEquals([error.code, error.method], ["lease_not_found", "KV.Put"]);
});

Deno.test("Keyspace.namespace() shows the keys of a lease that are its own", async () => {
  const { at, space } = fresh();
  await using lease = await space.lease.grant(60);
  await lease.keepAlive();
  await space.put("a", "", { lease: lease.id });
  await client.put("namespace", "", { lease: lease.id });
  await client.put(at, "", { lease: lease.id });
  const attached = await client.lease.attach(lease.id);
  const keysOf = async (one: typeof lease) =>
    (await one.timeToLive({ keys: true })).keys.map((key) => key.text()).sort();
  assertEquals(await keysOf(lease), ["a"]);
  assertEquals(await keysOf(attached), ["namespace", at, `${at}a`]);
  attached.orphan();
});

Deno.test("Keyspace.namespace() has its own locks and elections, of both kinds", async () => {
  const { at, space } = fresh();
  await using inside = await space.session();
  await using outside = await client.session();
  const held = await inside.lock("x");
  assertEquals(held.key.text(), `x/${inside.lease.id.toString(16)}`);
  // Its name outside is another one; there it is in the same queue.
  const elsewhere = await outside.tryLock("x");
  assert(elsewhere);
  await elsewhere.unlock();
  assertEquals(await outside.tryLock(`${at}x`), undefined);
  const guarded = await space.txn({
    if: [held.guard],
    then: [op.put("y", "")],
  });
  assert(guarded.succeeded);
  await held.unlock();
  const { id } = outside.lease;
  const served = await space.lock.lock("x", { lease: id });
  assertEquals(served.key.text(), `x/${id.toString(16)}`);
  assertEquals(await inside.tryLock("x"), undefined);
  await space.lock.unlock(served.key);
  const { leader } = await space.election.campaign("e", "one", { lease: id });
  assertEquals(
    [leader.name.text(), leader.key.text()],
    ["e", `e/${id.toString(16)}`],
  );
  await space.election.proclaim(leader, "two");
  const seen = await space.election.leader("e");
  assertEquals([seen?.key.text(), seen?.value.text()], [
    leader.key.text(),
    "two",
  ]);
  for await (const { key, value } of space.election.observe("e")) {
    assertEquals([key.text(), value.text()], [leader.key.text(), "two"]);
    break;
  }
  for await (const { key } of inside.observe("e")) {
    assertEquals(key.text(), leader.key.text());
    break;
  }
  assertEquals(
    (await client.election.leader(`${at}e`))?.key.text(),
    at + leader.key.text(),
  );
  await space.election.resign(leader);
  assertEquals(await space.election.leader("e"), undefined);
});
