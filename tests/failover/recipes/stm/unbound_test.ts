// Lost answers to transactions that write keys which they have not read.
import { assert, assertEquals } from "@std/assert";
import { changeWhile, copy, RECEIPT, start, valuesAt } from "./_lost.ts";
import { other, startFaultyMember } from "../../_faulty_member.ts";
import { failure } from "../_faulty_subject.ts";

startFaultyMember();

Deno.test("stm() does not send twice what is bound to no key that it writes", async () => {
  for (const isolation of ["serializable", "readCommitted"] as const) {
    const at = await start();
    const error = await failure(changeWhile(at, copy, {
      what: "answer",
      isolation,
      meanwhile: () => other.put(`${at}b`, "another's"),
    }));
    assert(error.maybeCommitted, String(error));
    assertEquals(await valuesAt(at), ["5", "another's"], isolation);
    const lost = await failure(changeWhile(at, copy, {
      what: "request",
      isolation,
    }));
    assert(lost.maybeCommitted, String(lost));
    assertEquals(await valuesAt(at), ["5", "another's"], isolation);
  }
});

Deno.test("stm() finds by a receipt what is bound to no key that it writes", async () => {
  const at = await start();
  const { result, calls } = await changeWhile(at, copy, {
    what: "answer",
    isolation: "serializable",
    doubt: RECEIPT,
    meanwhile: () => other.put(`${at}b`, "another's"),
  });
  const receipt = await other.get("receipts");
  assertEquals([result.revision, calls], [receipt?.modRevision, 1]);
});

Deno.test("stm() in the default level is bound to keys that it has not read", async () => {
  const at = await start();
  const { calls, result } = await changeWhile(at, copy, {
    what: "answer",
    doubt: "sameValue",
    meanwhile: () => other.put(`${at}b`, "7"),
  });
  assertEquals([calls, await valuesAt(at)], [1, ["5", "7"]]);
  assert(result.revision < ((await other.get(`${at}b`))?.modRevision ?? 0n));
});
