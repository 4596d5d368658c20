import { assert, assertEquals, assertFalse } from "@std/assert";
import { compare, op, prefix } from "../../mod.ts";
import { type Check, failureText, writtenAgain } from "./_check.ts";
import type { Subject } from "./_subject.ts";

const CALLS = 3_000;
const LANES = 50;
const LARGE_BYTES = 1_200_000;

// What its requests, its waits and its answers may take behind any server.
const PATIENCE_MS = 30_000;

/** Calls that come and go. */
export const CALL_CHECKS: readonly Check[] = [
  { title: "put, get, compare and set", run: basics },
  { title: "transactions of any form, delete", run: transactions },
  { title: `${thousands(CALLS)} puts, ${LANES} at once`, run: many },
  { title: "put of 1.2 MB", run: large },
];

async function basics(subject: Subject): Promise<string> {
  const key = subject.fresh();
  await using client = subject.client().client;
  await client.put(key, "1");
  const { modRevision = 0n, value } = await client.get(key) ?? {};
  assertEquals(value?.text(), "1");
  const setIf = (seen: bigint) =>
    client.txn({
      if: [compare.modRevision(key, "=", seen)],
      then: [op.put(key, "2")],
      else: [op.get(key)],
    });
  assertFalse((await setIf(modRevision + 1n)).succeeded);
  assert((await setIf(modRevision)).succeeded);
  assertEquals((await client.get(key))?.value.text(), "2");
  return "✔";
}

async function transactions(subject: Subject): Promise<string> {
  const at = subject.fresh();
  await using client = subject.client().client;
  await client.put(`${at}a`, "1");
  const { succeeded } = await client.txn({
    if: [compare.value(`${at}a`, "=", "1")],
    then: [op.put(`${at}a`, "2"), op.put(`${at}b`, "2")],
  });
  assert(succeeded);
  const { deleted } = await client.delete(prefix(at));
  assertEquals(deleted, 2n);
  return "✔";
}

async function many(subject: Subject): Promise<string> {
  await using direct = subject.direct();
  const at = subject.fresh();
  await using client = subject.client({ requestTimeoutMs: PATIENCE_MS }).client;
  const lane = async (from: number) => {
    for (let key = from; key < CALLS; key += LANES) {
      await client.put(`${at}${key}`, "1");
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, from) => lane(from)));
  const { kvs } = await direct.range(prefix(at));
  assertEquals(kvs.length, CALLS, "none lost");
  assertEquals(kvs.filter(writtenAgain), [], "none twice");
  return "✔ none lost, none twice";
}

async function large(subject: Subject): Promise<string> {
  await using direct = subject.direct();
  const key = subject.fresh();
  await using client = subject.client({ requestTimeoutMs: PATIENCE_MS }).client;
  const startedAt = performance.now();
  try {
    await client.put(key, new Uint8Array(LARGE_BYTES));
  } catch (error) {
    const tookMs = performance.now() - startedAt;
    const text = failureText(error);
    assert(tookMs < PATIENCE_MS / 3, `told after ${tookMs} ms`);
    assertEquals(await direct.get(key), undefined);
    return `${text}, told after ${Math.ceil(tookMs)} ms`;
  }
  assertEquals((await direct.get(key))?.value.length, LARGE_BYTES);
  return "✔";
}

function thousands(count: number): string {
  return String(count).replace(/(\d)(?=\d{3}$)/, "$1 ");
}
