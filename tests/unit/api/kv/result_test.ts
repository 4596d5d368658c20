// What callers are given of a reply.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  deleteResult,
  putResult,
  rangeResult,
} from "../../../../api/kv/_codec.ts";
import {
  toHeader,
  toKeyValue,
  toKeyValues,
} from "../../../../api/values/key_value.ts";
import { fromBigInt, ZERO } from "../../../../proto/int64.ts";

const MAX = 2n ** 63n - 1n;
const utf8 = new TextEncoder();

const HEADER = {
  clusterId: fromBigInt(2n ** 64n - 1n),
  memberId: fromBigInt(2n ** 63n),
  revision: fromBigInt(2n ** 53n + 1n),
  raftTerm: fromBigInt(3n),
};

const HEADER_RESULT = {
  clusterId: 2n ** 64n - 1n,
  memberId: 2n ** 63n,
  revision: 2n ** 53n + 1n,
  raftTerm: 3n,
};

const KV = {
  key: utf8.encode("k"),
  value: utf8.encode("v"),
  createRevision: fromBigInt(2n ** 53n + 1n),
  modRevision: fromBigInt(MAX),
  version: fromBigInt(1n),
  lease: fromBigInt(9n),
};

const KV_RESULT = {
  createRevision: 2n ** 53n + 1n,
  modRevision: MAX,
  version: 1n,
  lease: 9n,
};

Deno.test("toHeader() reads ids without sign, and a missing header as zeros", () => {
  assertEquals(toHeader(HEADER), HEADER_RESULT);
  const zeros = { clusterId: 0n, memberId: 0n, revision: 0n, raftTerm: 0n };
  for (const none of [undefined, null]) assertEquals(toHeader(none), zeros);
});

Deno.test("toKeyValue() copies key and value, and keeps every digit", () => {
  const frame = utf8.encode("..k..v..");
  const wire = {
    ...KV,
    key: frame.subarray(2, 3),
    value: frame.subarray(5, 6),
  };
  const { key, value, ...rest } = toKeyValue(wire);
  frame.fill(0);
  assertEquals([key.text(), value.text()], ["k", "v"]);
  assertEquals(rest, KV_RESULT);
});

Deno.test("toKeyValue() gives key and value buffers of their own", () => {
  const { key, value } = toKeyValue({ ...KV, value: new Uint8Array(100) });
  assertEquals([key.buffer.byteLength, value.buffer.byteLength], [1, 100]);
});

Deno.test("toKeyValues() puts bytes in blocks that no kept value makes large", () => {
  // Of none, small, large ones, and one that is larger than a block.
  const sizes = Array.from({ length: 500 }, (_, at) => at % 7 ? at : 0)
    .with(250, 20_000);
  const frame = new Uint8Array(200_000).map((_, at) => at);
  const wires = sizes.map((size, at) => ({
    ...KV,
    key: frame.subarray(at, at + 3),
    value: frame.subarray(at * 7, at * 7 + size),
  }));
  const given = wires.map(toKeyValue);
  const kvs = toKeyValues(wires);
  frame.fill(0);
  assertEquals(kvs, given);
  for (const { key, value } of kvs) {
    assertStrictEquals(key.buffer, value.buffer);
    const length = key.length + value.length;
    assert(value.buffer.byteLength <= Math.max(length, 8 * 1024));
  }
  const blocks = new Set(kvs.map(({ value }) => value.buffer));
  const total = kvs.reduce((sum, { key, value }) => {
    return sum + key.length + value.length;
  }, 0);
  const held = [...blocks].reduce((sum, { byteLength }) => sum + byteLength, 0);
  // What does not fit into the rest of a block, of which there is one more.
  assert(held < total * 4 / 3 + 2 * 8 * 1024, `${held} for ${total} bytes`);
  assert(blocks.size < 30, `${blocks.size} blocks`);
  assertEquals(toKeyValues([]), []);
});

Deno.test("toKeyValues() puts what is small into the block of the answer before", () => {
  const [one] = toKeyValues([KV]);
  const [large] = toKeyValues([{ ...KV, value: new Uint8Array(4_000) }]);
  const [other] = toKeyValues([KV]);
  assert(one && other && large);
  assertEquals(large.value.buffer.byteLength, 4_001, "has its own");
  // Unless one of the two was the last one in its block.
  const [third] = toKeyValues([KV]);
  const blocks = new Set([one, other, third].map((kv) => kv?.key.buffer));
  assert(blocks.size < 3);
  assertEquals([one, other], [toKeyValue(KV), toKeyValue(KV)]);
});

Deno.test("results are plain objects of the reply", () => {
  const { kvs, ...range } = rangeResult({
    header: HEADER,
    kvs: [KV],
    more: true,
    count: fromBigInt(2n ** 40n),
  });
  assertEquals(range, {
    header: HEADER_RESULT,
    more: true,
    count: 2n ** 40n,
  });
  assertEquals(kvs.map((kv) => kv.key.text()), ["k"]);
  const put = putResult({ header: HEADER, prevKv: KV });
  assertEquals(put.header, HEADER_RESULT);
  assertStrictEquals(put.prevKv?.modRevision, MAX);
  assertEquals(putResult({ header: HEADER, prevKv: null }), {
    header: HEADER_RESULT,
    prevKv: undefined,
  });
  const deleted = deleteResult({
    header: HEADER,
    deleted: ZERO,
    prevKvs: [KV],
  });
  assertStrictEquals(deleted.deleted, 0n);
  assertEquals(deleted.prevKvs.map((kv) => kv.value.text()), ["v"]);
});
