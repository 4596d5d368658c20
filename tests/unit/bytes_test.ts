import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Bytes, copyBytes, encodeBytes } from "../../api/bytes.ts";

const utf8 = new TextEncoder();

Deno.test("copyBytes() copies out of the frame they came in", () => {
  const frame = new Uint8Array(1_000).fill(7);
  const bytes = copyBytes(frame.subarray(10, 13));
  frame.fill(9);
  assertEquals([...bytes], [7, 7, 7]);
  assertStrictEquals(bytes.buffer.byteLength, 3, "nothing else is kept");
  assert(bytes instanceof Bytes && bytes instanceof Uint8Array);
});

Deno.test("copyBytes() copies nothing at all", () => {
  const bytes = copyBytes(new Uint8Array());
  assertStrictEquals(bytes.length, 0);
  assertStrictEquals(bytes.text(), "");
});

Deno.test("Bytes.text() reads UTF-8, and whatever else as U+FFFD", () => {
  for (const text of ["", "abc", "é €", "\u{1f600}", "\0", "a\r\nb"]) {
    assertStrictEquals(copyBytes(utf8.encode(text)).text(), text);
  }
  assertStrictEquals(copyBytes(Uint8Array.of(97, 0xff, 98)).text(), "a\ufffdb");
});

Deno.test("Bytes.text() gives back a byte order mark: text is what was put", () => {
  const text = "\ufeffkey";
  assertStrictEquals(copyBytes(utf8.encode(text)).text(), text);
});

Deno.test("Bytes.json() reads JSON, and throws where there is none", () => {
  assertEquals(copyBytes(utf8.encode('{"a":[1]}')).json(), { a: [1] });
  assertStrictEquals(copyBytes(utf8.encode("5")).json<number>() + 1, 6);
  for (const text of ["", "{", "undefined"]) {
    const bytes = copyBytes(utf8.encode(text));
    assertThrows(() => bytes.json(), SyntaxError);
  }
});

Deno.test("Bytes cuts and maps into plain bytes", () => {
  const bytes = copyBytes(Uint8Array.of(1, 2, 3));
  for (
    const derived of [
      bytes.slice(1),
      bytes.subarray(1),
      bytes.map((byte) => byte),
      bytes.filter((byte) => byte > 1),
    ]
  ) {
    assertStrictEquals(derived.constructor, Uint8Array);
  }
  assertEquals([...bytes.slice(1)], [2, 3]);
});

Deno.test("encodeBytes() encodes text, and passes bytes through", () => {
  assertEquals([...encodeBytes("é")], [0xc3, 0xa9]);
  const bytes = Uint8Array.of(1);
  assertStrictEquals(encodeBytes(bytes), bytes);
});
