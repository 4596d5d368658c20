// What a header block may not be, and where its bounds are.
import { assertEquals, assertThrows } from "@std/assert";
import { COMPRESSION_ERROR } from "../../../../../balancers/http2/frames/_constants.ts";
import { ConnectionError } from "../../../../../balancers/http2/frames/_errors.ts";
import { STATIC_TABLE } from "../../../../../balancers/http2/hpack/_static_table.ts";
import { digits, latin1 } from "../support/_hex.ts";
import { BlockReader } from "./_blocks.ts";

/** That the block cannot be read. */
function refuses(reader: BlockReader, block: string, why: string): void {
  const error = assertThrows(() => reader.read(block), ConnectionError, why);
  assertEquals(error.errorCode, COMPRESSION_ERROR);
}

Deno.test("HpackDecoder refuses a block that breaks RFC 7541", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["80", "no entry 0"],
    ["be", "no entry 62"],
    ["7f 20 01 61", "no entry 95"],
    ["ff 80 80 80 80 01", "an integer is too large"],
    ["ff 80", "it ends in an integer"],
    ["ff", "it ends in an integer"],
    ["00", "it ends before a string"],
    ["40 01 61", "it ends before a string"],
    ["08", "it ends before a string"],
    ["40 01 61 02 62", "it ends in a string"],
    ["40 01 61 7f", "it ends in an integer"],
    ["40 01 61 7f ff ff 7f", "it ends in a string"],
    ["88 20", "an update of the size comes late"],
    ["3f e2 1f", "the table is too large"],
    // Padding of more than seven bits, of a zero, and EOS in a string.
    ["00 81 ff 00", "its padding is wrong"],
    ["00 01 61 82 1f ff", "its padding is wrong"],
    ["00 01 61 81 18", "its padding is wrong"],
    ["00 01 61 84 ff ff ff ff", "it holds EOS"],
    ["00 01 61 84 ff ff ff fc", "it holds EOS"],
  ];
  for (const [block, why] of cases) refuses(new BlockReader(), block, why);
});

Deno.test("HpackDecoder lets integers be longer than they need be", () => {
  const reader = new BlockReader();
  assertEquals(reader.fields("0f 80 80 00 01 61"), [["accept-charset", "a"]]);
  assertEquals(reader.fields("3f 80 00 82"), [[":method", "GET"]]);
});

Deno.test("HpackDecoder wants to be told of a table that was made smaller", () => {
  const reader = new BlockReader();
  const block = "40 01 61 01 62";
  reader.read(block);
  // Larger: nothing is owed.
  reader.decoder.setMaxTableSize(8_192);
  assertEquals(reader.fields("be"), [["a", "b"]]);
  reader.decoder.setMaxTableSize(100);
  refuses(reader, "be", "an update of the table's size is owed");
  refuses(reader, "", "an update of the table's size is owed");
  refuses(reader, "3f 46 be", "the table is too large");
  // Smaller, then large again: it has to be told of the small one.
  reader.decoder.setMaxTableSize(4_096);
  refuses(reader, "3f e1 1f", "an update of the table's size is owed");
  reader.decoder.setMaxTableSize(100);
  assertEquals(reader.fields("3f 45 be"), [["a", "b"]]);
  assertEquals(reader.fields("be"), [["a", "b"]]);
  // The name counts 1, the value 1, and 32: two have room, three do not.
  reader.read(`${block} ${block} ${block}`);
  assertEquals(reader.fields("be bf"), [["a", "b"], ["a", "b"]]);
  refuses(reader, "c0", "no entry 64");
});

Deno.test("HpackDecoder empties its table for an entry that does not fit", () => {
  const reader = new BlockReader({ maxTableSize: 80 });
  reader.read("40 01 61 01 62");
  // The name is that of the entry that is evicted for it (RFC 7541, 4.4).
  const value = "63".repeat(80);
  assertEquals(reader.fields(`7e 50 ${value}`), [["a", "c".repeat(80)]]);
  refuses(reader, "be", "no entry 62");
});

Deno.test("HpackDecoder knows every entry of the static table", () => {
  const reader = new BlockReader();
  assertEquals(STATIC_TABLE.length, 61);
  for (const [at, { name, value }] of STATIC_TABLE.entries()) {
    const indexed = Uint8Array.of(0x80 | (at + 1));
    assertEquals(reader.fields(indexed), [[name, value]]);
  }
});

Deno.test("HpackDecoder keeps its table in order for any number of entries", () => {
  // Each counts 32 + 1 + 4: two have room.
  const reader = new BlockReader({ maxTableSize: 80 });
  const value = (number: number) => `${number}`.padStart(4, "0");
  for (let number = 1; number < 2_000; number++) {
    const block = `40 01 61 04 ${digits(latin1(value(number)))} be`;
    assertEquals(reader.fields(block).at(-1), ["a", value(number)]);
    if (number === 1) continue;
    assertEquals(reader.fields("bf"), [["a", value(number - 1)]]);
    refuses(reader, "c0", "no entry 64");
  }
});

Deno.test("HpackDecoder bounds a list, and keeps its table in step", () => {
  const reader = new BlockReader({ maxListSize: 100 });
  const field = "40 01 61 01 62";
  assertEquals(reader.read(`${field} be`).listSize, 68);
  const { listSize, fields } = reader.read("be be be 40 01 63 01 64");
  assertEquals(listSize, undefined);
  assertEquals(fields, [["a", "b"], ["a", "b"]]);
  // What came after the bound is in the table.
  assertEquals(reader.fields("be bf"), [["c", "d"], ["a", "b"]]);
});

Deno.test("HpackDecoder gives a character per byte", () => {
  const reader = new BlockReader();
  const every = Array.from({ length: 256 }, (_, byte) => byte);
  const wire = every.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const [field] = reader.fields(`00 01 61 7f 8101 ${wire}`);
  assertEquals(field?.[1], String.fromCharCode(...every));
  const long = 70_000;
  const [[, value] = ["", ""]] = new BlockReader({ maxListSize: 100_000 })
    .fields(`00 01 61 7f f1a104 ${"7a".repeat(long)}`);
  assertEquals(value, "z".repeat(long));
});
