import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Buffer } from "node:buffer";
import { codecOf } from "../../../proto/_codec.ts";
import type {
  Compare,
  RequestOpInit,
  TxnRequest,
} from "../../../proto/gen/messages.ts";
import { toBigInt, ZERO } from "../../../proto/int64.ts";
import { methods } from "../../../proto/methods.ts";

const utf8 = new TextEncoder();
const { range, put, txn } = methods.kv;

Deno.test("decode() fills in what a reply leaves out", () => {
  const reply = range.decode(Uint8Array.of(0x12, 0));
  assertEquals(toBigInt(reply.count), 0n);
  assertFalse(reply.more);
  assertStrictEquals(reply.header ?? null, null);
  const [kv] = reply.kvs;
  assert(kv);
  assertInstanceOf(kv.key, Uint8Array);
  assertInstanceOf(kv.value, Uint8Array);
  assertEquals([kv.key.length, kv.value.length], [0, 0]);
  assertEquals(toBigInt(kv.lease), 0n);
  assertEquals(range.decode(new Uint8Array(0)).kvs, []);
});

Deno.test("decode() gives plain views into the frame, not Buffers", () => {
  const frame = Buffer.from(
    codecOf("etcdserverpb.RangeResponse").encode({
      kvs: [{ key: utf8.encode("k"), value: utf8.encode("v") }],
    }),
  );
  const value = range.decode(frame).kvs[0]?.value;
  assert(value);
  assertStrictEquals(value.constructor, Uint8Array);
  assertStrictEquals(value.buffer, frame.buffer);
  const copy = value.slice();
  frame.fill(0);
  assertEquals(value, Uint8Array.of(0));
  assertEquals(copy, utf8.encode("v"));
});

Deno.test("decode() passes over what a newer server adds", () => {
  const known = codecOf("etcdserverpb.RangeResponse").encode({ more: true });
  // Field 200, three bytes long.
  const newer = Uint8Array.of(...known, 0xc2, 0x0c, 3, 1, 2, 3);
  assert(range.decode(newer).more);
});

Deno.test("decode() names the method whose reply is broken", () => {
  const broken: readonly (readonly number[])[] = [
    [0x12, 200], // length beyond the end
    [0x12], // tag without a value
    [0x0f], // unknown wire type
    [0x20, 0xff], // number without an end
  ];
  for (const bytes of broken) {
    const error = assertThrows(
      () => range.decode(Uint8Array.from(bytes)),
      Error,
      "Cannot decode the reply of KV.Range: ",
    );
    assertInstanceOf(error.cause, Error);
  }
});

Deno.test("encode() names the method whose request is impossible", () => {
  let operation: RequestOpInit = {};
  for (let depth = 0; depth < 200; depth++) {
    operation = { requestTxn: { success: [operation] } };
  }
  assertThrows(
    () => txn.encode({ success: [operation] }),
    Error,
    "Cannot encode the request of KV.Txn: ",
  );
});

Deno.test("encode() leaves out what is zero, as Go does", () => {
  const request = {
    key: utf8.encode("k"),
    limit: ZERO,
    serializable: false,
    sortOrder: 0,
    rangeEnd: new Uint8Array(0),
    revision: undefined,
  } as const;
  assertEquals([...range.encode(request)], [0x0a, 1, 0x6b]);
  assertEquals(range.encode({}).length, 0);
});

Deno.test("encode() keeps a zero that says which alternative is meant", () => {
  const requests = codecOf("etcdserverpb.TxnRequest");
  const compares: readonly [string, object][] = [
    ["version", { version: ZERO }],
    ["lease", { lease: ZERO }],
    ["value", { value: new Uint8Array(0) }],
  ];
  for (const [union, given] of compares) {
    const bytes = txn.encode({
      compare: [{ key: utf8.encode("k"), ...given }],
    });
    const [compare] = (requests.decode(bytes) as TxnRequest).compare;
    assertStrictEquals((compare as Compare).targetUnion, union);
  }
});

Deno.test("encode() gives bytes nobody else writes to", () => {
  const request = { key: utf8.encode("k"), value: new Uint8Array(100).fill(1) };
  const first = put.encode(request);
  const before = [...first];
  for (let i = 0; i < 1_000; i++) {
    put.encode({
      key: utf8.encode("other"),
      value: new Uint8Array(90).fill(i),
    });
  }
  assertEquals([...first], before);
  // grpc-js copies its messages with Buffer's own `copy()`.
  assertInstanceOf(first, Buffer);
});
