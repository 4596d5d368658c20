// Reads of a real server: every option.
import { assert, assertEquals } from "@std/assert";
import {
  all,
  type Client,
  fromKey,
  op,
  prefix,
  range,
  type SortTarget,
} from "../../../mod.ts";
import { compareVersions } from "../../harness/mod.ts";
import { client, cluster, nextSerial, startOneMember } from "../_one_member.ts";
import { fresh, putAll } from "./_keys.ts";

startOneMember();

Deno.test("Kv.get() gives a key with its revisions, or nothing", async () => {
  const at = fresh();
  assertEquals(await client.get(`${at}a`), undefined);
  const [first = 0n, second = 0n] = await putAll([`${at}a`, "1"], [
    `${at}a`,
    `{"n":2}`,
  ]);
  const kv = await client.get(`${at}a`);
  assertEquals(kv?.key.text(), `${at}a`);
  assertEquals(kv?.value.json(), { n: 2 });
  assertEquals(
    [kv?.createRevision, kv?.modRevision, kv?.version, kv?.lease],
    [first, second, 2n, 0n],
  );
  const old = await client.get(`${at}a`, { revision: first });
  assertEquals(old?.value.text(), "1");
  const bare = await client.get(`${at}a`, {
    keysOnly: true,
    serializable: true,
  });
  assertEquals(bare?.value.length, 0);
});

Deno.test("keysOnly leaves out the leases as well from etcd 3.7 on", async () => {
  const key = fresh();
  await using lease = await client.lease.grant(60);
  await client.put(key, "1", { lease });
  const bare = await client.get(key, { keysOnly: true });
  const late = compareVersions(cluster.binaries.version, "3.7.0") >= 0;
  assertEquals(bare?.lease, late ? 0n : lease.id);
});

Deno.test("Kv answers an empty range with nothing, and deletes nothing of it", async () => {
  const at = fresh();
  await putAll([at, "1"]);
  const empty = range(at, at);
  const { kvs, count, more } = await client.range(empty);
  assertEquals([kvs, count, more], [[], 0n, false]);
  assertEquals(await Array.fromAsync(client.list(empty)), []);
  assertEquals((await client.delete(empty)).deleted, 0n);
  assertEquals((await client.get(at))?.value.text(), "1");
});

Deno.test("Kv keeps any bytes in keys and values", async () => {
  const key = new Uint8Array([0xff, 0, 0x80, nextSerial()]);
  const value = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  await client.put(key, value);
  const kv = await client.get(key);
  assertEquals(Array.from(kv?.key ?? []), Array.from(key));
  assertEquals(Array.from(kv?.value ?? []), Array.from(value));
  assertEquals((await client.range(prefix(key.slice(0, 3)))).count, 1n);
});

Deno.test("Kv.range() selects by key, range, prefix and limit", async () => {
  const at = fresh();
  await putAll([`${at}a`, "1"], [`${at}b`, "2"], [`${at}c`, "3"]);
  const keys = async (
    ...given: Parameters<Client["range"]>
  ): Promise<string> => {
    const { kvs } = await client.range(...given);
    return kvs.map(({ key }) => key.text().slice(at.length)).join("");
  };
  assertEquals(await keys(`${at}b`), "b");
  assertEquals(await keys(prefix(at)), "abc");
  assertEquals(await keys(range(`${at}a`, `${at}c`)), "ab");
  assertEquals((await keys(fromKey(`${at}b`))).slice(0, 2), "bc");
  const limited = await client.range(prefix(at), { limit: 2 });
  assertEquals([limited.kvs.length, limited.more, limited.count], [
    2,
    true,
    3n,
  ]);
  const counted = await client.range(prefix(at), { countOnly: true });
  assertEquals([counted.kvs.length, counted.count], [0, 3n]);
  assert((await client.range(all(), { countOnly: true })).count >= 3n);
});

Deno.test("Kv.range() by key and upwards is as quick with that said as without", async () => {
  const at = fresh();
  const kv = client.kv.batched();
  await Promise.all(
    Array.from({ length: 20_000 }, (_, n) => kv.put(`${at}${n}`, "")),
  );
  const plain = { limit: 10, serializable: true } as const;
  const ways = [
    plain,
    { ...plain, order: "ascend" },
    { ...plain, sortBy: "key" },
    { ...plain, sortBy: "key", order: "ascend" },
  ] as const;
  const { kvs } = await client.range(prefix(at), plain);
  const leastMs = ways.map(() => Infinity);
  // In turns, and the quickest of each: another process disturbs all.
  for (let round = 0; round < 20; round++) {
    for (const [n, options] of ways.entries()) {
      const startedAt = performance.now();
      const got = await client.range(prefix(at), options);
      const tookMs = performance.now() - startedAt;
      leastMs[n] = Math.min(leastMs[n] ?? Infinity, tookMs);
      assertEquals(got.kvs, kvs);
    }
  }
  const [least = 0, ...others] = leastMs;
  // Said to the server, it takes some ten times as long.
  assert(others.every((ms) => ms < least * 4), `${leastMs}`);
});

Deno.test("Kv.range() sorts by everything, both ways", async () => {
  const at = fresh();
  // Keys, values, versions and revisions each in an order of their own.
  await putAll(
    [`${at}b`, "3"],
    [`${at}a`, "1"],
    [`${at}c`, "2"],
    [`${at}a`, "1"],
    [`${at}a`, "1"],
    [`${at}b`, "3"],
  );
  const ascending: Record<SortTarget, string> = {
    key: "abc",
    version: "cba",
    create: "bac",
    mod: "cab",
    value: "acb",
  };
  for (const [sortBy, keys] of Object.entries(ascending)) {
    for (const order of ["ascend", "descend"] as const) {
      const { kvs } = await client.range(prefix(at), {
        sortBy: sortBy as SortTarget,
        order,
      });
      const got = kvs.map(({ key }) => key.text().slice(at.length));
      if (order === "descend") got.reverse();
      assertEquals(got.join(""), keys, `${sortBy} ${order}`);
    }
  }
});

Deno.test("Kv.range() filters by revision", async () => {
  const at = fresh();
  const [a = 0n, b = 0n, , a2 = 0n] = await putAll(
    [`${at}a`, ""],
    [`${at}b`, ""],
    [`${at}c`, ""],
    [`${at}a`, ""],
  );
  const keys = async (options: Parameters<Client["range"]>[1]) =>
    (await client.range(prefix(at), options)).kvs
      .map(({ key }) => key.text().slice(at.length)).join("");
  assertEquals(await keys({ minModRevision: a2 }), "a");
  assertEquals(await keys({ maxModRevision: b }), "b");
  assertEquals(await keys({ minCreateRevision: b }), "bc");
  assertEquals(await keys({ maxCreateRevision: a }), "a");
});

Deno.test("Kv.list() reads a range in pages at one revision", async () => {
  const at = fresh();
  for (let first = 0; first < 300; first += 100) {
    await client.txn({
      then: Array.from(
        { length: 100 },
        (_, more) =>
          op.put(`${at}${String(first + more).padStart(4, "0")}`, "v"),
      ),
    });
  }
  const seen: string[] = [];
  for await (const { key } of client.list(prefix(at), { pageSize: 7 })) {
    // What happens meanwhile is not seen: the revision is the first page's.
    if (seen.length === 10) {
      await client.put(`${at}0250x`, "late");
      await client.delete(`${at}0299`);
    }
    seen.push(key.text().slice(at.length));
  }
  assertEquals(seen.length, 300);
  assertEquals(seen, seen.toSorted());
  assert(seen.includes("0299") && !seen.includes("0250x"));
});
