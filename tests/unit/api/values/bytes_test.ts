import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { inspect } from "node:util";
import {
  ByteBlock,
  Bytes,
  copyBytes,
  encodeBytes,
} from "../../../../api/values/bytes.ts";

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

Deno.test("Bytes stand for their text in a template", () => {
  assertStrictEquals(`${copyBytes(utf8.encode("1"))}`, "1");
  assertStrictEquals(String(copyBytes(utf8.encode("é").slice(1))), "\ufffd");
});

Deno.test("Bytes.toJSON() gives text where it is text, and base64 where not", () => {
  for (const text of ["", "abc", "\ufeffk", "\u{1f600}", "\0"]) {
    assertStrictEquals(
      JSON.stringify([copyBytes(utf8.encode(text))]),
      JSON.stringify([text]),
    );
  }
  const whole = Uint8Array.from({ length: 256 }, (_, at) => at);
  const { base64 } = JSON.parse(JSON.stringify(copyBytes(whole)));
  assertEquals(
    [...atob(base64)].map((character) => character.charCodeAt(0)),
    [...whole],
  );
});

Deno.test("console.log() shows Bytes as text or digits, and cuts long ones", () => {
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [utf8.encode('a\n"\x1b\x9b'), 'Bytes(6) "a\\n\\"\\u001b\\u009b"'],
    [new Uint8Array(), 'Bytes(0) ""'],
    [Uint8Array.of(0xff, 1), "Bytes(2) ff 01"],
    [
      utf8.encode("é".repeat(1_000)).subarray(0, 1_999),
      `Bytes(1999) "${"é".repeat(128)}"…`,
    ],
    [
      utf8.encode(`x${"é".repeat(1_000)}`),
      `Bytes(2001) "x${"é".repeat(127)}"…`,
    ],
    [
      new Uint8Array(1 << 20).fill(0xfe),
      `Bytes(1048576) ${"fe ".repeat(32)}…`,
    ],
  ];
  for (const [source, shown] of cases) {
    const bytes = copyBytes(source);
    assertStrictEquals(Deno.inspect(bytes), shown);
    assertStrictEquals(inspect(bytes), shown);
    assertStrictEquals(Deno.inspect(bytes.subarray(0)), shown);
  }
});

Deno.test("what is cut out of Bytes can be read as well", () => {
  const bytes = copyBytes(utf8.encode("abc"));
  const slice = bytes.slice(1);
  assert(slice instanceof Bytes);
  assertStrictEquals(slice.text(), "bc");
  assertStrictEquals(slice.buffer.byteLength, 2, "a copy");
  const view = bytes.subarray(1);
  assert(view instanceof Bytes);
  assertStrictEquals(view.text(), "bc");
  assertStrictEquals(view.buffer, bytes.buffer, "no copy");
});

Deno.test("Bytes has no species: it would slow down all typed arrays", () => {
  assertFalse(Object.hasOwn(Bytes, Symbol.species));
});

Deno.test("a ByteBlock copies bytes one behind the other", () => {
  const block = new ByteBlock(5);
  const source = utf8.encode("abcde");
  const one = block.copy(source.subarray(0, 2));
  const none = block.copy(source.subarray(2, 2));
  const rest = block.copy(source.subarray(2));
  source.fill(0);
  assertEquals([one, none, rest].map((bytes) => bytes.text()), [
    "ab",
    "",
    "cde",
  ]);
  assertStrictEquals(rest.buffer, one.buffer);
  assertStrictEquals(block.free, 0);
});

Deno.test("encodeBytes() encodes text, and passes bytes through", () => {
  assertEquals([...encodeBytes("é")], [0xc3, 0xa9]);
  const bytes = Uint8Array.of(1);
  assertStrictEquals(encodeBytes(bytes), bytes);
});

Deno.test("encodeBytes() keeps texts apart that share a block, whatever their length", () => {
  const characters = ["a", "é", "€", "\u{1f600}"];
  // Up to more than a block, many of them to fill several.
  const texts = Array.from({ length: 2_000 }, (_, at) => {
    const length = at % 100 === 0 ? at * 2 : at % 50;
    return (characters[at % 4] ?? "").repeat(length);
  });
  const encoded = texts.map(encodeBytes);
  assertEquals(
    encoded.map((bytes) => new TextDecoder().decode(bytes)),
    texts,
  );
  for (const bytes of encoded) {
    assert(bytes.buffer.byteLength <= Math.max(bytes.length, 8 * 1024));
  }
  const blocks = new Set(encoded.map(({ buffer }) => buffer));
  assert(blocks.size < 100, `${blocks.size} blocks`);
});
