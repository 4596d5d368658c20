/** The Huffman code of HPACK (RFC 7541, 5.2 and appendix B), to be read only. */
import {
  COMPRESSION_ERROR,
  ConnectionError,
  type Octets,
  u8,
} from "../frames/mod.ts";

const EOS = 256;
/** No code is longer, in bits. */
const LONGEST = 30;

/**
 * The lengths of the codes of 0 to 256, each a digit of base 36. The code is
 * canonical: codes of one length follow each other in the order of their
 * symbols, so the lengths say all of it.
 */
const LENGTHS =
  "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca" +
  "d67777777777777777777777878djde6f56565666577666567655677777fbeds" +
  "kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn" +
  "qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq" +
  "u";

/** The length in bits of each symbol's code; EOS is the last one. */
export const CODE_LENGTHS: readonly number[] = Array.from(
  LENGTHS,
  (digit) => parseInt(digit, 36),
);

/*
 * The code is a tree of 256 inner nodes. A string is read by steps of four
 * bits, from node to node; as no code is shorter than five bits, a step ends at
 * most one symbol.
 */
const STEP_BITS = 4;
const STEPS = 1 << STEP_BITS;
/** In a step: a symbol, the low byte, has ended. */
const ENDED = 1 << 8;
/** A step that no string may make: it ends EOS. */
const FORBIDDEN = -1;
/** Above these bits a step has the next node. */
const NODE_SHIFT = 9;

interface Machine {
  /** Per node and four bits: what follows. */
  readonly steps: Int32Array;
  /** Per node whether a string may end there: less than 8 bits, all ones. */
  readonly mayEnd: Uint8Array;
}

/** Per node and bit the next node, or less than 0: the symbol, inverted. */
function codeTree(): readonly (readonly [number, number])[] {
  const nodes: [number, number][] = [[0, 0]];
  let code = 0;
  for (let length = 1; length <= LONGEST; length++, code <<= 1) {
    for (let symbol = 0; symbol <= EOS; symbol++) {
      if (CODE_LENGTHS[symbol] !== length) continue;
      let node = 0;
      for (let left = length - 1; left > 0; left--) {
        const branch = nodes[node] as [number, number];
        const bit = (code >> left) & 1;
        if (branch[bit] === 0) branch[bit] = nodes.push([0, 0]) - 1;
        node = branch[bit] as number;
      }
      (nodes[node] as [number, number])[code & 1] = ~symbol;
      code++;
    }
  }
  return nodes;
}

function machine(): Machine {
  const tree = codeTree();
  const steps = new Int32Array(tree.length * STEPS);
  for (let from = 0; from < tree.length; from++) {
    for (let bits = 0; bits < STEPS; bits++) {
      let node = from;
      let step = 0;
      for (let left = STEP_BITS - 1; left >= 0; left--) {
        const next = tree[node]?.[(bits >> left) & 1] ?? 0;
        node = Math.max(0, next);
        if (next === ~EOS) step = FORBIDDEN;
        else if (next < 0 && step !== FORBIDDEN) step = ENDED | ~next;
      }
      steps[from * STEPS + bits] = step === FORBIDDEN
        ? FORBIDDEN
        : step | node << NODE_SHIFT;
    }
  }
  const mayEnd = new Uint8Array(tree.length);
  let padding = 0;
  for (let bits = 0; bits < 8; bits++) {
    mayEnd[padding] = 1;
    padding = tree[padding]?.[1] ?? 0;
  }
  return { steps, mayEnd };
}

let made: Machine | undefined;

/**
 * Writes a string into `out`, which has room for 8 bytes per 5 read; returns
 * how many it wrote.
 *
 * @throws {ConnectionError} If it holds EOS, or its padding is wrong.
 */
export function decodeHuffman(
  { bytes, start, end }: Octets,
  out: Uint8Array,
): number {
  const { steps, mayEnd } = made ??= machine();
  let node = 0;
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = u8(bytes, at);
    const high = steps[node * STEPS | byte >> STEP_BITS] as number;
    if (high < 0) throw wrong("it holds EOS");
    if ((high & ENDED) !== 0) out[length++] = high;
    node = high >> NODE_SHIFT;
    const low = steps[node * STEPS | byte & (STEPS - 1)] as number;
    if (low < 0) throw wrong("it holds EOS");
    if ((low & ENDED) !== 0) out[length++] = low;
    node = low >> NODE_SHIFT;
  }
  if (mayEnd[node] === 0) throw wrong("its padding is wrong");
  return length;
}

function wrong(what: string): ConnectionError {
  return new ConnectionError(
    COMPRESSION_ERROR,
    `Cannot read a Huffman string: ${what}`,
  );
}
