import { assertEquals } from "@std/assert";
import { codecOf } from "../../../proto/_codec.ts";
import {
  fromBigInt,
  type Int64,
  toBigInt,
  toUnsignedBigInt,
  ZERO,
} from "../../../proto/int64.ts";

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);
const UNSIGNED_MAX = 2n ** 64n - 1n;

const SIGNED_EDGES: readonly (readonly [bigint, number, number])[] = [
  [0n, 0, 0],
  [1n, 1, 0],
  [-1n, -1, -1],
  [2n ** 31n, -0x8000_0000, 0],
  [2n ** 32n - 1n, -1, 0],
  [2n ** 32n, 0, 1],
  [-(2n ** 32n), 0, -1],
  [2n ** 53n + 1n, 1, 0x20_0000],
  [-(2n ** 53n) - 1n, -1, -0x20_0001],
  [MAX, -1, 0x7fff_ffff],
  [MIN, 0, -0x8000_0000],
];

/** A small generator, so that a failing case can be run again. */
function randomBits(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d);
  };
}

Deno.test("fromBigInt() and toBigInt() agree on the edges of int64", () => {
  for (const [value, low, high] of SIGNED_EDGES) {
    assertEquals(fromBigInt(value), { low, high }, String(value));
    assertEquals(toBigInt({ low, high }), value, String(value));
  }
});

Deno.test("toBigInt() takes halves of either sign", () => {
  const unsignedHalves = { low: 0xffff_ffff, high: 0xffff_fffe };
  assertEquals(toBigInt(unsignedHalves), -4_294_967_297n);
  assertEquals(toBigInt({ low: 0xffff_ffff, high: 0 }), 4_294_967_295n);
});

Deno.test("toUnsignedBigInt() reads the same bits from 0 to 2^64 - 1", () => {
  for (const value of [0n, 1n, 2n ** 53n + 1n, 2n ** 63n, UNSIGNED_MAX]) {
    assertEquals(toUnsignedBigInt(fromBigInt(value)), value, String(value));
  }
  assertEquals(toUnsignedBigInt(ZERO), 0n);
  assertEquals(toUnsignedBigInt({ low: -1, high: -1 }), UNSIGNED_MAX);
});

Deno.test("fromBigInt() drops bits above the 64th", () => {
  assertEquals(fromBigInt(2n ** 64n + 5n), { low: 5, high: 0 });
});

Deno.test("int64 values come back from the codec digit by digit", () => {
  const header = codecOf("etcdserverpb.ResponseHeader");
  const next = randomBits(20_240_607);
  const random = Array.from({ length: 5_000 }, () => {
    // Shifted by a random amount, so that every length of number is met.
    const bits = (BigInt(next() >>> 0) << 32n) | BigInt(next() >>> 0);
    return BigInt.asIntN(64, bits >> BigInt(next() & 63));
  });
  for (const value of [...SIGNED_EDGES.map(([edge]) => edge), ...random]) {
    const halves = fromBigInt(value);
    assertEquals(toBigInt(halves), value);
    const decoded = header.decode(
      header.encode({ revision: halves, clusterId: halves }),
    ) as { revision: Int64; clusterId: Int64 };
    assertEquals(toBigInt(decoded.revision), value);
    assertEquals(
      toUnsignedBigInt(decoded.clusterId),
      BigInt.asUintN(64, value),
    );
  }
});
