// The Huffman code, symbol by symbol.
import { assertEquals } from "@std/assert";
import {
  CODE_LENGTHS,
  decodeHuffman,
} from "../../../../../balancers/http2/hpack/_huffman.ts";
import { digits, fromLatin1 } from "../support/_hex.ts";
import { huffman } from "./_huffman_encoder.ts";
import { rounds } from "../support/_pieces.ts";

function decoded(bytes: Uint8Array): string {
  const out = new Uint8Array(Math.ceil(bytes.length * 8 / 5));
  return fromLatin1(
    out.subarray(0, decodeHuffman({ bytes, start: 0, end: bytes.length }, out)),
  );
}

Deno.test("CODE_LENGTHS make a code that is complete", () => {
  assertEquals(CODE_LENGTHS.length, 257);
  const sum = CODE_LENGTHS.reduce((sum, length) => sum + 2 ** -length, 0);
  assertEquals(sum, 1);
});

Deno.test("decodeHuffman() reads every byte, alone and between others", () => {
  for (let byte = 0; byte < 256; byte++) {
    const char = String.fromCharCode(byte);
    for (const text of [char, `${char}a`, `a${char}`, `0${char}${char}z`]) {
      assertEquals(decoded(huffman(text)), text);
    }
  }
  // Some of the table of RFC 7541, appendix B: the shortest, the longest.
  assertEquals(digits(huffman("0")), "07");
  assertEquals(digits(huffman("\0")), "ffc7");
  assertEquals(digits(huffman("\n")), "fffffff3");
});

Deno.test("decodeHuffman() reads any string", () => {
  for (const draws of rounds(300)) {
    const text = fromLatin1(draws.bytes(draws.mostlySmall(2_000)));
    assertEquals(decoded(huffman(text)), text, draws.note);
  }
});
