import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  all,
  bounds,
  fromKey,
  type Key,
  keyAfter,
  keyBytes,
  type KeyRange,
  prefix,
  range,
  toBytes,
} from "../../../../api/values/keys.ts";
import { InvalidOptionError } from "../../../../errors/invalid_option_error.ts";

const utf8 = new TextEncoder();

function ends({ start, end }: KeyRange): number[][] {
  return [[...start], [...end]];
}

Deno.test("prefix() ends behind the last key with the prefix", () => {
  const cases: readonly (readonly [Key, number[], number[]])[] = [
    ["a", [97], [98]],
    ["a/", [97, 47], [97, 48]],
    ["é", [0xc3, 0xa9], [0xc3, 0xaa]],
    [Uint8Array.of(0), [0], [1]],
    [Uint8Array.of(1, 0xff), [1, 0xff], [2]],
    [Uint8Array.of(1, 0xff, 0xff), [1, 0xff, 0xff], [2]],
    [Uint8Array.of(0xfe, 0xff), [0xfe, 0xff], [0xff]],
    [Uint8Array.of(1, 0xff, 2), [1, 0xff, 2], [1, 0xff, 3]],
  ];
  for (const [key, start, end] of cases) {
    assertEquals(ends(prefix(key)), [start, end], String(key));
    assertStrictEquals(prefix(key).kind, "range");
  }
});

Deno.test("prefix() of nothing but 0xff has no end", () => {
  for (const length of [1, 2, 5]) {
    const bytes = new Uint8Array(length).fill(0xff);
    assertEquals(ends(prefix(bytes)), [[...bytes], [0]]);
  }
});

Deno.test("prefix() of nothing is all keys", () => {
  assertEquals(prefix(""), all());
  assertEquals(prefix(new Uint8Array()), all());
  assertEquals(ends(all()), [[0], [0]]);
});

Deno.test("prefix() does not change the bytes it is given", () => {
  const bytes = Uint8Array.of(1, 0xff);
  prefix(bytes);
  assertEquals([...bytes], [1, 0xff]);
});

Deno.test("fromKey() has no end", () => {
  assertEquals(ends(fromKey("b")), [[98], [0]]);
});

Deno.test("range() takes the first key, and the one behind the last", () => {
  assertEquals(ends(range("a", "b")), [[97], [98]]);
  assertEquals(ends(range("a", "aa")), [[97], [97, 97]]);
  assertEquals(ends(range(Uint8Array.of(0x7f), Uint8Array.of(0x80))), [
    [0x7f],
    [0x80],
  ]);
});

Deno.test("range() compares bytes, not text", () => {
  // U+FF61 sorts behind U+1F600 in UTF-16, before it in UTF-8.
  assertEquals(ends(range("\uff61", "\u{1f600}")), [
    [...utf8.encode("\uff61")],
    [...utf8.encode("\u{1f600}")],
  ]);
});

Deno.test("range() refuses an end that is before the start", () => {
  for (const [start, end] of [["b", "a"], ["aa", "a"]] as const) {
    const error = assertThrows(
      () => range(start, end),
      InvalidOptionError,
      "Cannot call range(): 'end' must be a key that is not before 'start'",
    );
    assertStrictEquals(error.option, "end");
    assertStrictEquals(error.value, end);
  }
});

const NO_KEYS: readonly unknown[] = [
  undefined,
  null,
  5,
  5n,
  true,
  [97],
  new ArrayBuffer(1),
  {},
  Symbol("k"),
];

Deno.test("keys and ranges are made of text or bytes only, and are not empty", () => {
  const makers: readonly (readonly [string, (key: Key) => unknown])[] = [
    ["prefix", prefix],
    ["start", fromKey],
    ["start", (key) => range(key, "b")],
    ["end", (key) => range("a", key)],
    ["key", (key) => bounds(key)],
    ["key", (key) => keyBytes("key", key)],
  ];
  for (const [option, make] of makers) {
    const empty = option === "prefix" ? [] : ["", new Uint8Array()];
    for (const value of [...NO_KEYS, ...empty]) {
      const error = assertThrows(
        () => make(value as Key),
        InvalidOptionError,
        `'${option}'`,
      );
      assertStrictEquals(error.option, option);
      assertStrictEquals(error.value, value);
    }
  }
});

Deno.test("bounds() gives a key without an end, and a range with both", () => {
  assertEquals(bounds("a"), { key: utf8.encode("a"), rangeEnd: undefined });
  assertEquals(bounds(range("a", "c")), {
    key: utf8.encode("a"),
    rangeEnd: utf8.encode("c"),
  });
});

Deno.test("bounds() refuses a range that no function of ours has made", () => {
  const bad = [
    { kind: "range" },
    { kind: "range", start: "a", end: "b" },
    { kind: "range", start: new Uint8Array(1) },
    { kind: "prefix", start: new Uint8Array(1), end: new Uint8Array(1) },
  ];
  for (const value of bad) {
    assertThrows(
      () => bounds(value as unknown as KeyRange),
      InvalidOptionError,
      "'key'",
    );
  }
});

Deno.test("keyAfter() is the next key there can be", () => {
  assertEquals([...keyAfter(Uint8Array.of(97))], [97, 0]);
  assertEquals([...keyAfter(Uint8Array.of(0xff))], [0xff, 0]);
});

Deno.test("bounds() names prefix() to who gives an object, as other clients take it", () => {
  for (const given of [{ prefix: "jobs/" }, null]) {
    assertThrows(
      () => bounds(given as unknown as Key),
      InvalidOptionError,
      'a range such as prefix("jobs/")',
    );
  }
});

Deno.test("toBytes() takes an empty value, and bytes as they are", () => {
  assertEquals([...toBytes("value", "")], []);
  const bytes = Uint8Array.of(0, 0xff);
  assertStrictEquals(toBytes("value", bytes), bytes);
  for (const value of NO_KEYS) {
    assertThrows(
      () => toBytes("value", value as Key),
      InvalidOptionError,
      "'value' must be a string or a Uint8Array",
    );
  }
});
