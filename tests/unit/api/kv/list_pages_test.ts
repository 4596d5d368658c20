// Large ranges in pages.
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { all, fromKey, prefix, range } from "../../../../api/values/keys.ts";
import { InvalidOptionError } from "../../../../errors/invalid_option_error.ts";
import { FakeReader, keysOf, names } from "./_fake_reader.ts";

Deno.test("listPages() gives every key once, in order, over several pages", async () => {
  const all = names(2_500);
  const reader = new FakeReader(all);
  assertEquals(await keysOf(reader.list(prefix("k"))), all);
  assertEquals(reader.limits, [16, 128, 1_024, 8_192]);
});

Deno.test("listPages() reads all pages at the revision of the first", async () => {
  const reader = new FakeReader(names(10));
  await keysOf(reader.list(prefix("k"), { pageSize: 2 }));
  const [first, ...rest] = reader.reads.map(({ options }) => options.revision);
  assertStrictEquals(first, undefined);
  assert(rest.length > 0);
  assertEquals(new Set(rest), new Set([100n]));
});

Deno.test("listPages() reads all pages at the revision given", async () => {
  const reader = new FakeReader(names(10));
  await keysOf(reader.list(prefix("k"), { pageSize: 2, revision: 7n }));
  for (const { options } of reader.reads) {
    assertStrictEquals(options.revision, 7n);
  }
});

Deno.test("listPages() goes on behind the last key, to the same end", async () => {
  const reader = new FakeReader(["a", "b", "b\0", "c", "d"]);
  assertEquals(await keysOf(reader.list(range("a", "d"), { pageSize: 1 })), [
    "a",
    "b",
    "b\0",
    "c",
  ]);
  const [, second] = reader.reads;
  assertEquals(second?.range, {
    kind: "range",
    start: Uint8Array.of(97, 0),
    end: Uint8Array.of(100),
  });
});

Deno.test("listPages() lists to the very end where there is no end", async () => {
  const keys = ["a", "m", "z", "\u{1f600}"];
  for (const open of [all(), fromKey("a")]) {
    const reader = new FakeReader(keys);
    assertEquals(await keysOf(reader.list(open, { pageSize: 1 })), keys);
  }
});

Deno.test("listPages() passes the other options on to every page", async () => {
  const reader = new FakeReader(names(5));
  const { signal } = new AbortController();
  const options = {
    serializable: true,
    keysOnly: true,
    minModRevision: 1n,
    maxModRevision: 9n,
    minCreateRevision: 2n,
    maxCreateRevision: 8n,
    timeoutMs: 50,
    requireLeader: true,
    signal,
  };
  await keysOf(reader.list(prefix("k"), { ...options, pageSize: 2 }));
  assert(reader.reads.length > 1);
  for (
    const { options: { limit: _, revision: __, ...given } } of reader.reads
  ) {
    assertEquals<unknown>(given, options);
  }
});

Deno.test("listPages() reads larger pages of small keys, up to 20 000", async () => {
  const reader = new FakeReader(names(40_000));
  assertStrictEquals((await keysOf(reader.list(prefix("k")))).length, 40_000);
  assertEquals(reader.limits, [16, 128, 1_024, 8_192, 20_000, 20_000]);
});

Deno.test("listPages() reads pages of 2 MiB, by the size of the keys before", async () => {
  const sizes = [
    { count: 200, bytes: 20_000, limits: [16, 104, 104] },
    { count: 40, bytes: 400_000, limits: [16, 5, 5, 5, 5, 5] },
    { count: 20, bytes: 1_048_576, limits: [16, 1, 1, 1, 1] },
    { count: 18, bytes: 3 * 1_048_576, limits: [16, 1, 1] },
  ];
  for (const { count, bytes, limits } of sizes) {
    const reader = new FakeReader(names(count), bytes);
    await keysOf(reader.list(prefix("k")));
    assertEquals(reader.limits, limits);
  }
});

Deno.test("listPages() begins with pageSize, and never has more than eight times as many", async () => {
  const reader = new FakeReader(names(300));
  await keysOf(reader.list(prefix("k"), { pageSize: 3 }));
  assertEquals(reader.limits, [3, 24, 192, 1_536]);
});

Deno.test("listPages() reads a page only when it is needed, and stops when told", async () => {
  const reader = new FakeReader(names(10));
  const list = reader.list(prefix("k"), { pageSize: 3 });
  assertStrictEquals(reader.reads.length, 0);
  const seen: string[] = [];
  for await (const { key } of list) {
    seen.push(key.text());
    assertStrictEquals(reader.reads.length, seen.length <= 3 ? 1 : 2);
    if (seen.length === 4) break;
  }
  assertStrictEquals(reader.reads.length, 2);
  assertEquals(await list.next(), { done: true, value: undefined });
});

Deno.test("listPages() of one key reads one key", async () => {
  const reader = new FakeReader(["a", "ab"]);
  assertEquals(await keysOf(reader.list("a")), ["a"]);
  assertStrictEquals(reader.reads.length, 1);
});

Deno.test("listPages() of nothing is empty", async () => {
  const reader = new FakeReader([]);
  assertEquals(await keysOf(reader.list(prefix("k"))), []);
  assertStrictEquals(reader.reads.length, 1);
});

Deno.test("listPages() checks its arguments at once", () => {
  const reader = new FakeReader([]);
  const bad: readonly (readonly [string, () => unknown])[] = [
    ["key", () => reader.list("")],
    ["key", () => reader.list(5 as unknown as string)],
    ["pageSize", () => reader.list("a", { pageSize: 0 })],
    ["pageSize", () => reader.list("a", { pageSize: 1.5 })],
    ["pageSize", () => reader.list("a", { pageSize: NaN })],
  ];
  for (const [option, list] of bad) {
    const error = assertThrows(list, InvalidOptionError);
    assertStrictEquals(error.option, option);
  }
  assertStrictEquals(reader.reads.length, 0);
});
