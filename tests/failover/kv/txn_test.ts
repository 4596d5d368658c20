// Transactions on a real server: every comparison, every operation.
import { assert, assertEquals } from "@std/assert";
import { compare, op, prefix } from "../../../mod.ts";
import { client, startOneMember } from "../_one_member.ts";
import { fresh, putAll } from "./_keys.ts";

startOneMember();

Deno.test("Kv.txn() compares versions, revisions, values and leases", async () => {
  const at = fresh();
  const [revision = 0n] = await putAll([`${at}a`, "m"]);
  const key = `${at}a`;
  const holds = async (condition: ReturnType<typeof compare.value>) =>
    (await client.txn({ if: [condition] })).succeeded;
  for (
    const [condition, expected] of [
      [compare.version(key, "=", 1n), true],
      [compare.version(key, ">", 1n), false],
      [compare.version(`${at}none`, "=", 0n), true],
      [compare.createRevision(key, "=", revision), true],
      [compare.createRevision(key, "<", revision), false],
      [compare.modRevision(key, "<", revision + 1n), true],
      [compare.modRevision(key, "!=", revision), false],
      [compare.value(key, "=", "m"), true],
      [compare.value(key, ">", "a"), true],
      [compare.value(key, "<", "a"), false],
      [compare.lease(key, "=", 0n), true],
      [compare.lease(key, "!=", 0n), false],
      [compare.value(prefix(at), "=", "m"), true],
      [compare.version(prefix(at), ">", 1n), false],
    ] as const
  ) {
    assertEquals(
      await holds(condition),
      expected,
      JSON.stringify({
        ...condition,
        value: String(condition.value),
      }),
    );
  }
});

Deno.test("Kv.txn() gives the results of the branch that was done", async () => {
  const at = fresh();
  await client.put(`${at}a`, "1");
  const result = await client.txn({
    if: [compare.value(`${at}a`, "=", "1")],
    then: [
      op.get(`${at}a`),
      op.get(`${at}none`),
      op.put(`${at}b`, "2", { prevKv: true }),
      op.delete(`${at}a`, { prevKv: true }),
      op.txn({
        if: [compare.version(`${at}none`, ">", 0n)],
        then: [op.put(`${at}wrong`, "")],
        else: [op.range(prefix(at), { countOnly: true })],
      }),
    ],
    else: [op.delete(prefix(at))],
  });
  assert(result.succeeded);
  const [read, none, put, deleted, inner] = result.results;
  assertEquals(read?.value.text(), "1");
  assertEquals(none, undefined);
  assertEquals(put.prevKv, undefined);
  assertEquals(deleted.prevKvs[0]?.value.text(), "1");
  assert(!inner.succeeded);
  assertEquals(inner.results[0].count, 1n);
  const other = await client.txn({
    if: [compare.version(`${at}a`, ">", 0n)],
    then: [],
    else: [op.get(`${at}b`)],
  });
  assert(!other.succeeded);
  assertEquals(other.results[0]?.value.text(), "2");
});
