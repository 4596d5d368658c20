/** Huffman strings, which the client reads but never writes. */
import { CODE_LENGTHS } from "../../../../../balancers/http2/hpack/_huffman.ts";

/** The code of each byte, from the lengths of all of them. */
const CODES: readonly number[] = (() => {
  const codes: number[] = [];
  let code = 0;
  for (let length = 1; length <= 30; length++) {
    for (let symbol = 0; symbol < CODE_LENGTHS.length; symbol++) {
      if (CODE_LENGTHS[symbol] === length) codes[symbol] = code++;
    }
    code *= 2;
  }
  return codes;
})();

/** The string in Huffman code, padded with ones. */
export function huffman(text: string): Uint8Array<ArrayBuffer> {
  const bits = Array.from(text, (char) => {
    const symbol = char.charCodeAt(0);
    return (CODES[symbol] ?? 0).toString(2)
      .padStart(CODE_LENGTHS[symbol] ?? 0, "0");
  }).join("");
  const bytes = bits.match(/.{1,8}/g) ?? [];
  return Uint8Array.from(
    bytes,
    (byte) => parseInt(byte.padEnd(8, "1"), 2),
  );
}
