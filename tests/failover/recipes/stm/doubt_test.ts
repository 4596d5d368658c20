// Transactions whose answer was lost, or whose request was, on a real server.
import { assert, assertEquals } from "@std/assert";
import { op } from "../../../../mod.ts";
import { stm } from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import {
  type Change,
  changeWhile,
  RECEIPT,
  start,
  transfer,
  valuesAt,
} from "./_lost.ts";
import {
  faultyClient,
  other,
  startFaultyMember,
} from "../../_faulty_member.ts";
import { failure, newPrefix, number, pass, proxy } from "../_faulty_subject.ts";

startFaultyMember();

Deno.test("stm() whose request was lost is sent again, and not called", async () => {
  for (
    const isolation of ["serializableSnapshot", "repeatableReads"] as const
  ) {
    const at = await start();
    const { calls } = await changeWhile(at, transfer, {
      what: "request",
      isolation,
    });
    assertEquals([calls, await valuesAt(at)], [1, ["4", "6"]]);
  }
});

Deno.test("stm() whose answer was lost throws where the bytes may be another's", async () => {
  const at = await start();
  const error = await failure(changeWhile(at, transfer, { what: "answer" }));
  assert(error.maybeCommitted, String(error));
  assertEquals(await valuesAt(at), ["4", "6"]);
});

for (
  const [doubt, isNew] of [["sameValue", false], [RECEIPT, true]] as const
) {
  const name = typeof doubt === "string" ? doubt : "a receipt";
  Deno.test(`stm() whose answer was lost has its effect once by ${name}`, async () => {
    const at = isNew ? newPrefix() : await start();
    const lost = { what: "answer", doubt } as const;
    const { result, calls } = await changeWhile(at, transfer, lost);
    const kv = await other.get(`${at}a`);
    assertEquals([result.revision, calls], [kv?.modRevision, 1]);
    assertEquals(await valuesAt(at), isNew ? ["-1", "1"] : ["4", "6"]);
  });
}

Deno.test("stm() finds its writes behind those of others", async () => {
  const at = await start();
  let revision: bigint | undefined;
  const { result, calls } = await changeWhile(at, transfer, {
    what: "answer",
    doubt: "sameValue",
    async meanwhile() {
      revision = (await other.get(`${at}a`))?.modRevision;
      await other.put(`${at}b`, "0");
      await other.delete(`${at}a`);
    },
  });
  assertEquals([result.revision, calls], [revision, 1]);
  assertEquals(await valuesAt(at), [undefined, "0"]);
});

Deno.test("stm() goes on where one key tells that its writes are lost", async () => {
  const at = await start();
  const { calls } = await changeWhile(at, transfer, {
    what: "request",
    // The same bytes in one key, and others in the other.
    meanwhile: () =>
      other.txn({ then: [op.put(`${at}a`, "4"), op.put(`${at}b`, "60")] }),
  });
  assertEquals([calls, await valuesAt(at)], [2, ["3", "61"]]);
});

Deno.test("stm() goes on where the same bytes came one after the other", async () => {
  const at = await start();
  const { calls } = await changeWhile(at, transfer, {
    what: "request",
    doubt: "sameValue",
    async meanwhile() {
      await other.put(`${at}a`, "4");
      await other.put(`${at}b`, "6");
    },
  });
  assertEquals([calls, await valuesAt(at)], [2, ["3", "7"]]);
});

Deno.test("stm() throws where another has written the same bytes, or goes by a receipt", async () => {
  for (const doubt of ["throw", RECEIPT] as const) {
    const at = await start();
    const changing = changeWhile(at, transfer, {
      what: "request",
      doubt,
      meanwhile: () =>
        stm(other, (tx) => transfer(tx, at), { codec: number, doubt }),
    });
    if (doubt === "throw") {
      assert((await failure(changing)).maybeCommitted);
      assertEquals(await valuesAt(at), ["4", "6"]);
    } else {
      assertEquals([(await changing).calls, await valuesAt(at)], [2, [
        "3",
        "7",
      ]]);
    }
  }
});

Deno.test("stm() that deletes has its effect once", async () => {
  const at = await start();
  const move: Change = async (tx) => {
    tx.put(`${at}b`, await tx.get(`${at}a`) ?? 0);
    tx.delete(`${at}a`);
  };
  const lost = { what: "answer", doubt: "sameValue" } as const;
  const { calls } = await changeWhile(at, move, lost);
  assertEquals([calls, await valuesAt(at)], [1, [undefined, "5"]]);
});

Deno.test("stm() throws where the history is gone that would tell", async () => {
  const at = await start();
  const error = await failure(changeWhile(at, transfer, {
    what: "answer",
    doubt: RECEIPT,
    async meanwhile() {
      await other.put("receipts", "of another");
      await other.put(`${at}a`, "20");
      const { header } = await other.put(`${at}a`, "21");
      await other.kv.compact(header.revision);
    },
  }));
  assert(error.maybeCommitted, String(error));
});

Deno.test("stm() that reads alone is never in doubt", async () => {
  const at = await start();
  await using client = faultyClient();
  await client.connect();
  const error = await failure(stm(client, async (tx) => {
    await tx.get(`${at}a`);
    await proxy().set({ kind: "blackhole" });
    await tx.get(`${at}b`);
  }, { timeoutMs: 300 }));
  await pass();
  assertEquals([error.code, error.maybeCommitted], ["timeout", false]);
});

Deno.test("stm() counts right under cut connections by a receipt", async () => {
  const at = newPrefix();
  await using client = faultyClient();
  let done = 0;
  const writers = Promise.all(Array.from({ length: 8 }, async () => {
    for (let count = 0; count < 4; count++) {
      const doubt = { receipt: `${at}receipt` };
      await stm(client, (tx) => transfer(tx, at), { codec: number, doubt });
      done++;
    }
  }));
  for (let count = 1; count <= 8; count++) {
    await waitFor("more transactions", () => done >= 3 * count);
    await proxy().cutAll();
  }
  await writers;
  assertEquals([done, await valuesAt(at)], [32, ["-32", "32"]]);
});
