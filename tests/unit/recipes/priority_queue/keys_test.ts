// The keys of a priority queue, and the condition that an item is the next one.
import { assert, assertEquals } from "@std/assert";
import { Bytes, type Comparison, type KeyValue } from "../../../../mod.ts";
import { PriorityKeys } from "../../../../recipes/priority_queue/_keys.ts";

const keys = new PriorityKeys("jobs");

function bytes(text: string): Bytes {
  return new Bytes(new TextEncoder().encode(text).buffer);
}

function item(key: string, lease = 0n): KeyValue {
  return { key: bytes(key), lease } as KeyValue;
}

/** The ranges without a key, as text. */
function gaps(conditions: readonly Comparison[]): readonly string[] {
  return conditions.map(({ key, target, relation, value }) => {
    assertEquals([target, relation, value], ["create", "=", 0n]);
    assert(typeof key === "object" && "kind" in key);
    const [start, end] = [key.start, key.end].map((one) =>
      new TextDecoder().decode(one).replaceAll("\0", "+")
    );
    return `${start} ${end}`;
  });
}

Deno.test("PriorityKeys knows items by their priority, and by having no lease", () => {
  const isItem = (key: string, lease?: bigint) => keys.isItem(item(key, lease));
  assert(isItem("jobs/00001/0000000000000000"));
  assert(isItem("jobs/65535/x"));
  assert(!isItem("jobs/00001/0000000000000000", 7n));
  for (const key of ["jobs/1/0", "jobs/000001/0", "jobs/00001", "jobs/"]) {
    assert(!isItem(key), key);
  }
  assertEquals(keys.priorityOf(bytes("jobs/00300/0")), 300);
  assertEquals(keys.serialOf(bytes("jobs/00300/0000000000000012")), 12n);
});

Deno.test("PriorityKeys.isNext() wants no key before an item, but for those gone past", () => {
  const next = (key: string, ...passed: readonly string[]) =>
    gaps(keys.isNext(item(key), passed.map(bytes)));
  assertEquals(next("jobs/00002/1"), ["jobs/ jobs/00002/1"]);
  assertEquals(next("jobs/00002/1", "jobs/00001/0", "jobs/00003/0"), [
    "jobs/ jobs/00001/0",
    "jobs/00001/0+ jobs/00002/1",
  ]);
  // The first key that there can be leaves no gap before it.
  assertEquals(next("jobs/00002/1", "jobs/"), ["jobs/+ jobs/00002/1"]);
  // A transaction has room for so many.
  const many = Array.from(
    { length: 200 },
    (_, at) => `jobs/00000/${1000 + at}`,
  );
  assert(next("jobs/00002/1", ...many).length <= 61);
});

Deno.test("PriorityKeys has Go's keys", () => {
  const text = (key: Uint8Array) => new TextDecoder().decode(key);
  assertEquals(text(keys.itemAt(7, 12n)), "jobs/00007/0000000000000012");
  assertEquals(text(keys.counter(7)), "__jobs/00007");
});
