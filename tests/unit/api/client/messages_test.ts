// What a client sends and reads, over real sockets.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { op } from "../../../../mod.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { methods } from "../../../../proto/methods.ts";
import { EMPTY, Pair, PUT, RANGE } from "./_pair.ts";

Deno.test("Client asks for a leader where the call does", async () => {
  await using pair = await Pair.start();
  const seen: unknown[] = [];
  pair.server.handle(RANGE, ({ headers }) => {
    seen.push(headers["hasleader"]);
    return EMPTY;
  });
  await pair.client.get("k");
  await pair.client.get("k", { requireLeader: true });
  assertEquals(seen, [undefined, "true"]);
});

Deno.test("Client carries large messages both ways", async () => {
  await using pair = await Pair.start();
  const { server, client } = pair;
  const value = new Uint8Array(6 * 1024 * 1024).fill(65);
  let sent = 0;
  server.handle(PUT, ({ request }) => {
    sent = request.length;
    return EMPTY;
  });
  await client.put("k", value);
  assert(sent > value.length);
  // A RangeResponse with one kv { key: "k", value }: it is a put's message
  // turned around, field 2 of length-delimited kvs.
  const kv = methods.kv.put.encode({ key: Uint8Array.of(107) });
  server.handle(RANGE, () => withValue(kv, value));
  const got = await client.get("k");
  assertStrictEquals(got?.value.length, value.length);
  assertStrictEquals(got.key.text(), "k");
});

/** RangeResponse { kvs: [{ ...kv, value }] } in protobuf's own terms. */
function withValue(kv: Uint8Array, value: Uint8Array): Uint8Array {
  const field = [...kv, 0x2a, ...varint(value.length)];
  const length = field.length + value.length;
  return concat([0x12, ...varint(length), ...field], value);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) {
    bytes.push(value % 128 + 128);
  }
  return [...bytes, value];
}

function concat(head: number[], tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}

Deno.test("Client reads typed results of a transaction", async () => {
  await using pair = await Pair.start();
  const request: Uint8Array[] = [];
  pair.server.handle(methods.kv.txn.path, (call) => {
    request.push(call.request);
    // succeeded: true, responses: [{ responsePut: {} }]
    return Uint8Array.of(0x10, 1, 0x1a, 2, 0x12, 0);
  });
  const result = await pair.client.txn({ then: [op.put("k", "v")] });
  assert(result.succeeded);
  assertStrictEquals(result.results[0].prevKv, undefined);
  const put = { key: Uint8Array.of(107), value: Uint8Array.of(118) };
  const init = { success: [{ requestPut: put }] };
  assertEquals([...request[0] ?? []], [...methods.kv.txn.encode(init)]);
  assertStrictEquals(result.header.revision, 0n);
  assertEquals(fromBigInt(0n), { low: 0, high: 0 });
});
