// stm() on a real server without faults: reads, writes, ranges, conflicts.
import { assert, assertEquals } from "@std/assert";
import { all, op, prefix } from "../../../../mod.ts";
import { bytes, json, stm, type Tx } from "../../../../recipes/mod.ts";
import { other, startFaultyMember } from "../../_faulty_member.ts";
import {
  failure,
  ISOLATIONS,
  newPrefix,
  number,
  textAt,
} from "../_faulty_subject.ts";

startFaultyMember();

Deno.test("stm() reads, writes and deletes together, and gives the function's value", async () => {
  for (const isolation of ISOLATIONS) {
    const at = newPrefix();
    await other.put(`${at}old`, "1");
    const { value, revision, attempts } = await stm(other, async (tx) => {
      const old = await tx.get(`${at}old`);
      tx.put(`${at}new`, `${old}2`);
      tx.delete(`${at}old`);
      return old;
    }, { isolation });
    const { kvs } = await other.range(prefix(at));
    assertEquals([value, attempts], ["1", 1]);
    assertEquals(kvs.map(({ key, value }) => [key.text(), value.text()]), [
      [`${at}new`, "12"],
    ]);
    assertEquals(revision, kvs[0]?.modRevision, isolation);
  }
});

Deno.test("a run reads what it has written, and the revisions that were there", async () => {
  const at = newPrefix();
  const { header } = await other.put(`${at}a`, "1");
  const { value } = await stm(other, async (tx) => {
    tx.put(`${at}a`, "2");
    tx.put(`${at}b`, "new");
    tx.delete(`${at}c`);
    const seen = [
      await tx.get(`${at}a`),
      await tx.get(`${at}b`),
      await tx.get(`${at}c`),
      await tx.revision(`${at}a`),
      await tx.revision(`${at}b`),
    ];
    tx.put(`${at}c`, "3");
    return [...seen, await tx.get(`${at}c`)];
  });
  assertEquals(value, ["2", "new", undefined, header.revision, 0n, "3"]);
});

Deno.test("a run reads ranges with what it has written, in their order", async () => {
  for (const isolation of ISOLATIONS) {
    const at = newPrefix();
    const then = ["a", "b", "d"].map((name) => op.put(`${at}${name}`, name));
    await other.txn({ then: [...then, op.put(`${at}\u00e9`, "é")] });
    const names = async (tx: Tx<string>) =>
      (await tx.range(prefix(at))).map(({ key, value }) =>
        `${key.text().slice(at.length)}=${value}`
      );
    const { value } = await stm(other, async (tx) => {
      const before = await names(tx);
      tx.delete(`${at}b`);
      tx.put(`${at}c`, "new");
      tx.put(`${at}d`, "D");
      tx.put("elsewhere", "");
      return [before, await names(tx), await tx.get(`${at}a`)];
    }, { isolation });
    assertEquals(value, [
      ["a=a", "b=b", "d=d", "é=é"],
      ["a=a", "c=new", "d=D", "é=é"],
      "a",
    ], isolation);
  }
});

Deno.test("a run reads values by other codecs than the transaction's", async () => {
  const at = newPrefix();
  await other.put(`${at}n`, "41");
  const { value } = await stm(other, async (tx) => {
    const n = await tx.get(`${at}n`, { codec: number }) ?? 0;
    tx.put(`${at}n`, n + 1, { codec: number });
    tx.put(`${at}raw`, Uint8Array.of(255), { codec: bytes });
    const [entry] = await tx.range(prefix(`${at}n`), { codec: number });
    return entry?.value;
  });
  assertEquals([value, await textAt(`${at}n`)], [42, "42"]);
  assertEquals((await other.get(`${at}raw`))?.value[0], 255);
});

Deno.test("a run attaches keys to leases, and to none by itself", async () => {
  const at = newPrefix();
  await using lease = await other.lease.grant(60);
  const leaseOf = async () => (await other.get(`${at}a`))?.lease;
  await stm(other, (tx) => tx.put(`${at}a`, "", { lease }));
  assertEquals(await leaseOf(), lease.id);
  await stm(other, (tx) => tx.put(`${at}a`, ""));
  assertEquals(await leaseOf(), 0n);
  const error = await failure(
    stm(other, (tx) => tx.put(`${at}a`, "", { lease: 12345n })),
  );
  assertEquals(error.code, "lease_not_found");
});

Deno.test("stm() in a namespace has its keys alone", async () => {
  const at = newPrefix();
  const app = other.namespace(at);
  await other.put("outside", "1");
  await app.put("a", "1");
  const { value } = await stm(app, async (tx) => {
    const entries = await tx.range(all());
    tx.put("b", String(entries.length));
    return entries.map(({ key }) => key.text());
  }, { prefetch: ["a", all()], doubt: { receipt: "receipt" } });
  assertEquals(value, ["a"]);
  const { kvs } = await other.range(prefix(at));
  assertEquals(kvs.map(({ key }) => key.text().slice(at.length)), [
    "a",
    "b",
    "receipt",
  ]);
});

Deno.test("stm() has each effect once among many, and says the attempts", async () => {
  for (const isolation of ISOLATIONS.slice(0, 3)) {
    const at = newPrefix();
    const keys = ["a", "b"].map((name) => `${at}${name}`);
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, one) =>
        stm(other, async (tx) => {
          const [a = "", b = ""] = one % 2 === 0 ? keys : keys.toReversed();
          tx.put(a, (await tx.get(a) ?? 0) - 1);
          tx.put(b, (await tx.get(b) ?? 0) + 1);
        }, { isolation, codec: number })),
    );
    assertEquals(await Promise.all(keys.map(textAt)), ["0", "0"]);
    const revisions = new Set(results.map(({ revision }) => revision));
    assertEquals(revisions.size, 16);
    assert(results.some(({ attempts }) => attempts > 1));
  }
});

Deno.test("stm() that writes nothing says the revision of its reads", async () => {
  const at = newPrefix();
  const { header: { revision } } = await other.put(`${at}a`, "1");
  for (const isolation of ISOLATIONS) {
    const result = await stm(other, (tx) => tx.get(`${at}a`), { isolation });
    assertEquals(result, { value: "1", revision, attempts: 1 }, isolation);
  }
  const nothing = await stm(other, () => "no reads");
  assertEquals(nothing, { value: "no reads", revision: 0n, attempts: 1 });
  assertEquals((await other.range(at)).header.revision, revision);
});

Deno.test("what is prefetched and not asked for is no part of the transaction", async () => {
  const at = newPrefix();
  await other.put(`${at}a`, "1");
  let runs = 0;
  await stm(other, async (tx) => {
    runs++;
    await tx.get(`${at}a`);
    await other.put(`${at}b`, "changed");
    tx.put(`${at}c`, "");
  }, { prefetch: [`${at}a`, `${at}b`, prefix(`${at}d/`)] });
  assertEquals(runs, 1);
});

Deno.test("a run reads all at one revision, whenever it reads", async () => {
  for (const isolation of ISOLATIONS.slice(0, 2)) {
    const at = newPrefix();
    const write = (value: string) =>
      other.txn({
        then: ["a", "b", "c"].map((name) => op.put(`${at}${name}`, value)),
      });
    await write("1");
    const { value, attempts } = await stm(other, async (tx) => {
      const first = await tx.get(`${at}a`);
      await write("2");
      return [first, await tx.get(`${at}b`), await tx.get(`${at}c`)];
    }, { isolation });
    assertEquals([value, attempts], [["1", "1", "1"], 1]);
  }
});

Deno.test("a run whose snapshot is compacted away is made again", async () => {
  const at = newPrefix();
  await other.put(`${at}a`, "1");
  const seen: unknown[] = [];
  const { attempts, value } = await stm(other, async (tx) => {
    const a = await tx.get(`${at}a`);
    if (seen.length === 0) {
      const { header } = await other.put(`${at}a`, "2");
      await other.kv.compact(header.revision);
    }
    // Whatever the function makes of the error.
    seen.push(await tx.get(`${at}b`).catch(({ code }) => code));
    return a;
  });
  assertEquals([seen, attempts, value], [["aborted", undefined], 2, "2"]);
});

Deno.test("reads that begin at once are of one revision", async () => {
  const at = newPrefix();
  const names = Array.from({ length: 20 }, (_, one) => `${at}${one}`);
  await other.txn({ then: names.map((key) => op.put(key, "1")) });
  const { value } = await stm(other, (tx) =>
    Promise.all([
      ...names.map((key) => tx.get(key)),
      tx.range(prefix(at)).then((entries) => entries.length),
    ]), { codec: json<number>() });
  assertEquals(value, [...names.map(() => 1), 20]);
});
