// Transactions that end otherwise than by being done, on a real server.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  CanceledError,
  ClientClosedError,
  CodecError,
  InvalidOptionError,
  TimeoutError,
} from "../../../../errors/mod.ts";
import { op, prefix } from "../../../../mod.ts";
import { stm, type Tx } from "../../../../recipes/mod.ts";
import {
  faultyClient,
  other,
  startFaultyMember,
} from "../../_faulty_member.ts";
import { failure, newPrefix, number, textAt } from "../_faulty_subject.ts";

startFaultyMember();

Deno.test("stm() throws what the function throws, and writes nothing", async () => {
  const at = newPrefix();
  const thrown = new Error("not enough");
  for (
    const end of [() => Promise.reject(thrown), () => {
      throw thrown;
    }]
  ) {
    const error = await assertRejects(() =>
      stm(other, (tx) => {
        tx.put(`${at}a`, "half");
        return end();
      })
    );
    assertEquals(error, thrown);
  }
  assertEquals(await textAt(`${at}a`), undefined);
});

Deno.test("stm() with attempts ends when others are always quicker", async () => {
  const at = newPrefix();
  let calls = 0;
  const error = await failure(stm(other, async (tx) => {
    await tx.get(`${at}a`);
    await other.put(`${at}a`, `${++calls}`);
    tx.put(`${at}a`, "mine");
  }, { attempts: 3 }));
  assertEquals([error.code, error.retryable, error.maybeCommitted, calls], [
    "aborted",
    true,
    false,
    3,
  ]);
  assertEquals(
    error.message,
    "Cannot run the transaction: others have changed what it is about each of 3 times (aborted)",
  );
  assertEquals(await textAt(`${at}a`), "3");
});

Deno.test("stm() does not write what comes too late", async () => {
  const at = newPrefix();
  const late = Promise.withResolvers<void>();
  const slow = async (tx: Tx<string>) => {
    await late.promise;
    tx.put(`${at}a`, "late");
  };
  const error = await assertRejects(
    () => stm(other, slow, { timeoutMs: 50 }),
    TimeoutError,
  );
  assertEquals(
    error.message,
    "Cannot run the transaction, whose function has not settled: not done within 50 ms (timeout)",
  );
  const abort = new AbortController();
  const reason = new Error("enough");
  const aborted = stm(other, (tx) => {
    abort.abort(reason);
    return slow(tx);
  }, { signal: abort.signal });
  assertEquals(await assertRejects(() => aborted), reason);
  late.resolve();
  await late.promise;
  assertEquals(await textAt(`${at}a`), undefined);
});

Deno.test("a run that is over refuses everything", async () => {
  const at = newPrefix();
  let left: Tx<string> | undefined;
  await stm(other, (tx) => {
    left = tx;
    // Nobody waits for it, and nothing comes of it.
    void tx.get(`${at}unread`);
  });
  const tx = left;
  assert(tx);
  const errors = [
    await failure(tx.get(`${at}a`)),
    await failure(tx.revision(`${at}a`)),
    await failure(tx.range(prefix(at))),
    await failure((async () => await tx.put(`${at}a`, ""))()),
    await failure((async () => await tx.delete(`${at}a`))()),
  ];
  assertEquals(errors.map((error) => error instanceof CanceledError), [
    true,
    true,
    true,
    true,
    true,
  ]);
  assertEquals(
    errors[0]?.message,
    `Cannot get "${at}a": this run of the transaction is over (canceled)`,
  );
});

Deno.test("a run names what is not acceptable: method, option and value", async () => {
  const calls: readonly (readonly [
    (tx: Tx<string>) => unknown,
    method: string,
    option: string,
  ])[] = [
    [(tx) => tx.get(""), "tx.get", "key"],
    [(tx) => tx.get("a", { codec: {} as never }), "tx.get", "codec"],
    [(tx) => tx.range("a" as never), "tx.range", "range"],
    [(tx) => tx.revision(7 as never), "tx.revision", "key"],
    [(tx) => tx.put("a", "", { lease: "7" as never }), "tx.put", "lease"],
    [(tx) => tx.put("a", "", { ttl: 1 } as never), "tx.put", "ttl"],
    [(tx) => tx.delete(""), "tx.delete", "key"],
  ];
  for (const [call, method, option] of calls) {
    const error = await assertRejects(
      () => stm(other, async (tx) => void await call(tx)),
      InvalidOptionError,
    );
    assertEquals([error.method, error.option], [method, option]);
  }
});

Deno.test("stm() refuses a function that writes the receipt", async () => {
  const at = newPrefix();
  const key = `${at}receipt`;
  for (const how of ["put", "delete"] as const) {
    const error = await assertRejects(
      () =>
        stm(other, (tx) => {
          if (how === "put") tx.put(key, "mine");
          else tx.delete(key);
          tx.put(`${at}a`, "");
        }, { doubt: { receipt: key } }),
      InvalidOptionError,
    );
    assertEquals([error.method, error.option], ["stm", "doubt.receipt"]);
  }
  assertEquals((await other.range(prefix(at))).count, 0n);
});

Deno.test("stm() names key and revision of what has no codec", async () => {
  const at = newPrefix();
  const { header } = await other.put(`${at}a`, "{");
  const read = await assertRejects(
    () => stm(other, (tx) => tx.get(`${at}a`), { codec: number }),
    CodecError,
  );
  assertEquals([read.direction, read.key, read.revision], [
    "decode",
    `${at}a`,
    header.revision,
  ]);
  const written = await assertRejects(
    () =>
      stm(other, (tx) => tx.put(`${at}a`, undefined as never), {
        codec: number,
      }),
    CodecError,
  );
  assertEquals([written.direction, written.key], ["encode", `${at}a`]);
  assertEquals(await textAt(`${at}a`), "{");
});

Deno.test("stm() of more keys than etcd takes at once names the limit", async () => {
  const at = newPrefix();
  const keys = Array.from({ length: 129 }, (_, one) => `${at}${one}`);
  const writing = await failure(stm(other, (tx) => {
    for (const key of keys) tx.put(key, "");
  }));
  assertEquals(writing.code, "too_many_operations");
  assertEquals(
    writing.message,
    "Cannot run the transaction: it has 0 conditions and 129 writes, and etcd takes as many of each as its --max-txn-ops, which is 128 by default (too_many_operations)",
  );
  const reading = await failure(
    stm(other, () => {}, { prefetch: keys }),
  );
  assertEquals([reading.code, reading.message.includes("129 reads")], [
    "too_many_operations",
    true,
  ]);
  await other.txn({ then: keys.slice(1).map((key) => op.put(key, "")) });
  const ranging = await failure(stm(other, async (tx) => {
    await tx.range(prefix(at));
    tx.put(`${at}0`, "");
  }));
  assert(ranging.message.includes("130 conditions and 1 write,"));
  // One fewer is not too many.
  await stm(other, (tx) => {
    for (const key of keys.slice(1)) tx.put(key, "");
  });
});

Deno.test("stm() of a client that is closed meanwhile rejects", async () => {
  const client = faultyClient();
  const at = newPrefix();
  const error = await assertRejects(
    () =>
      stm(client, async (tx) => {
        await tx.get(`${at}a`);
        await client.close();
        tx.put(`${at}a`, "late");
      }),
    ClientClosedError,
  );
  assertFalse(error.maybeCommitted);
  assertEquals(await textAt(`${at}a`), undefined);
});
