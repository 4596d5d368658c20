// The key-value API against a real server: every option, every error.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  all,
  Client,
  CompactedError,
  compare,
  EtcdError,
  fromKey,
  FutureRevisionError,
  InvalidOptionError,
  LeaseNotFoundError,
  op,
  prefix,
  range,
  type SortTarget,
} from "../../mod.ts";
import { Cluster } from "../harness/mod.ts";

let cluster: Cluster;
let client: Client;
let serial = 0;

Deno.test.beforeAll(async () => {
  cluster = await Cluster.start({ members: 1 });
  // Pings would be a timer that outlives the test that makes the first call.
  client = new Client({ endpoints: cluster.endpoints, keepAlive: false });
  await client.connect();
});

Deno.test.afterAll(async () => {
  await client.close();
  await cluster.close();
});

/** A part of the key space that no other test uses. */
function fresh(): string {
  return `kv/${++serial}/`;
}

/** Puts one after another; gives their revisions. */
async function putAll(...entries: [string, string][]): Promise<bigint[]> {
  const revisions: bigint[] = [];
  for (const [key, value] of entries) {
    revisions.push((await client.put(key, value)).header.revision);
  }
  return revisions;
}

async function codeOf(call: () => Promise<unknown>): Promise<string> {
  return (await assertRejects(call, EtcdError)).code;
}

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

Deno.test("Kv keeps any bytes in keys and values", async () => {
  const key = new Uint8Array([0xff, 0, 0x80, ++serial]);
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

Deno.test("Kv.put() returns and keeps what it is told to", async () => {
  const at = fresh();
  const lease = await client.lease.grant(60, { id: (1n << 62n) + 7n });
  assertEquals(lease.id, (1n << 62n) + 7n);
  const { prevKv } = await client.put(`${at}a`, "1", {
    lease: lease.id,
    prevKv: true,
  });
  assertEquals(prevKv, undefined);
  const second = await client.put(`${at}a`, "2", {
    ignoreLease: true,
    prevKv: true,
  });
  assertEquals(second.prevKv?.value.text(), "1");
  assertEquals((await client.get(`${at}a`))?.lease, lease.id);
  await client.put(`${at}a`, "", { ignoreValue: true });
  const kv = await client.get(`${at}a`);
  assertEquals([kv?.value.text(), kv?.lease], ["2", 0n]);
  await lease.revoke();
});

Deno.test("Kv.delete() deletes keys and ranges", async () => {
  const at = fresh();
  await putAll([`${at}a`, "1"], [`${at}b`, "2"], [`${at}c`, "3"]);
  assertEquals((await client.delete(`${at}none`)).deleted, 0n);
  const one = await client.delete(`${at}a`, { prevKv: true });
  assertEquals(one.prevKvs.map(({ value }) => value.text()), ["1"]);
  assertEquals((await client.delete(prefix(at))).deleted, 2n);
});

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

Deno.test("Kv names what the server refuses", async () => {
  const at = fresh();
  const puts = (count: number) =>
    Array.from({ length: count }, (_, n) => op.put(`${at}${n}`, ""));
  assertEquals(
    await codeOf(() => client.txn({ then: puts(129) })),
    "too_many_operations",
  );
  assertEquals(
    await codeOf(() =>
      client.txn({
        then: [op.put(`${at}a`, ""), op.txn({ then: [op.put(`${at}a`, "")] })],
      })
    ),
    "duplicate_key",
  );
  await assertRejects(
    () => client.txn({ then: [op.put(`${at}a`, ""), op.put(`${at}a`, "")] }),
    InvalidOptionError,
  );
  assertEquals(
    await codeOf(() => client.put(`${at}a`, new Uint8Array(1_600_000))),
    "request_too_large",
  );
  assertEquals(
    await codeOf(() => client.put(`${at}none`, "", { ignoreValue: true })),
    "key_not_found",
  );
  assertEquals(
    await codeOf(() => client.put(`${at}a`, "x", { ignoreValue: true })),
    "value_provided",
  );
  await assertRejects(
    () => client.put(`${at}a`, "", { lease: 12_345n }),
    LeaseNotFoundError,
  );
  const refused = await client.put(`${at}a`, new Uint8Array(3 << 20))
    .catch((error) => error);
  assertInstanceOf(refused, EtcdError);
  assertEquals([refused.code, refused.maybeCommitted], [
    "resource_exhausted",
    false,
  ]);
});

Deno.test("Kv.compact() forgets, and reads of the past say so", async () => {
  const at = fresh();
  const [first = 0n, second = 0n] = await putAll([`${at}a`, "1"], [
    `${at}a`,
    "2",
  ]);
  const { header } = await client.kv.compact(second, { physical: true });
  assertEquals(header.revision, second);
  await assertRejects(
    () => client.get(`${at}a`, { revision: first }),
    CompactedError,
  );
  await assertRejects(() => client.kv.compact(first), CompactedError);
  await assertRejects(
    () => client.get(`${at}a`, { revision: second + 1_000n }),
    FutureRevisionError,
  );
});
