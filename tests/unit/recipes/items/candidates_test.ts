// The oldest items as they were read: what is gone past, and how many are read.
import { assert, assertEquals, assertFalse } from "@std/assert";
import { Bytes, type KeyValue } from "../../../../mod.ts";
import { QueueKeys } from "../../../../recipes/queue/_keys.ts";
import { Candidates } from "../../../../recipes/items/_candidates.ts";

function key(
  name: string,
  { lease = 0n, bytes = 10, modRevision = 1n } = {},
): KeyValue {
  return {
    key: new Bytes(new TextEncoder().encode(name).buffer),
    value: new Bytes(new Uint8Array(bytes).buffer),
    lease,
    modRevision,
  } as KeyValue;
}

const nameOf = (kv: KeyValue | undefined) => kv?.key.text();

Deno.test("Candidates reads one item first, then as many as make 64 KiB, at most 32", () => {
  const candidates = new Candidates(new QueueKeys("jobs"));
  assertEquals(candidates.limit, 1);
  candidates.note({ kvs: [key("a")], readAt: 5n });
  assertEquals(candidates.limit, 32);
  candidates.note({ kvs: [key("a", { bytes: 10_000 })], readAt: 5n });
  assertEquals(candidates.limit, 6);
  candidates.note({ kvs: [key("a", { bytes: 1_000_000 })], readAt: 5n });
  assertEquals(candidates.limit, 1);
});

Deno.test("Candidates goes past keys with a lease, and reads more until an item is among them", () => {
  const candidates = new Candidates(new QueueKeys("jobs"));
  candidates.note({ kvs: [key("lock", { lease: 7n })], readAt: 5n });
  assertEquals([candidates.head, candidates.emptyAt], [undefined, undefined]);
  const before = candidates.limit;
  const locks = Array.from({ length: before }, () => key("l", { lease: 7n }));
  candidates.note({ kvs: locks, readAt: 5n });
  assert(candidates.limit > before);
  // There are no more: so there is no item.
  candidates.note({ kvs: locks, readAt: 6n });
  assertEquals([candidates.head, candidates.emptyAt], [undefined, 6n]);
});

Deno.test("Candidates goes past what does not decode until that has changed", () => {
  const candidates = new Candidates(new QueueKeys("jobs"));
  const bad = key("bad");
  candidates.note({ kvs: [bad], readAt: 5n });
  candidates.skip(bad);
  assertEquals(candidates.head, undefined);
  candidates.note({ kvs: [key("bad"), key("good")], readAt: 5n });
  assertEquals(nameOf(candidates.head), "good");
  candidates.note({ kvs: [key("bad", { modRevision: 6n })], readAt: 6n });
  assertEquals(nameOf(candidates.head), "bad");
});

Deno.test("Candidates gives the others back if one was taken, and knows when there are no more", () => {
  const candidates = new Candidates(new QueueKeys("jobs"));
  candidates.note({ kvs: [key("a"), key("b")], readAt: 5n });
  assertFalse(candidates.isLast);
  const rest = candidates.takeAll();
  // In doubt: all has to be read again.
  assertEquals([candidates.head, candidates.emptyAt], [undefined, undefined]);
  candidates.giveBack(rest);
  assertEquals([nameOf(candidates.head), candidates.isLast], ["b", true]);
  candidates.note({ kvs: [], readAt: 8n });
  assertEquals(candidates.emptyAt, 8n);
});
