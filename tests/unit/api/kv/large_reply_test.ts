// A reply of very many keys, which is read in turns with other work.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { all } from "../../../../api/values/keys.ts";
import { responseInTimeSlices } from "../../../../api/namespace/_response_in_time_slices.ts";
import { inTimeSlices } from "../../../../api/waiting/_time_slices.ts";
import { methods } from "../../../../proto/methods.ts";
import { rangeReply } from "../../../../bench/codec/_range_reply.ts";
import { EtcdError } from "../../../../mod.ts";
import { connected, running } from "../call/_subject.ts";

const KEYS = 150_000;

/** How many times a timer has its turn while something is awaited. */
async function turnsDuring<T>(work: Promise<T>): Promise<[T, number]> {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  try {
    return [await work, turns];
  } finally {
    clearInterval(timer);
  }
}

Deno.test("Kv.range() lets others have their turn while it reads very many keys", async () => {
  const made = connected("grpc1.23");
  const reply = rangeReply(KEYS);
  const reading = made.kv.range(all());
  (await running(made)).reply(reply);
  const [{ kvs, count }, turns] = await turnsDuring(reading);
  assertEquals([kvs.length, count], [KEYS, BigInt(KEYS)]);
  for (const at of [0, 2_000, 77_777, KEYS - 1]) {
    const kv = kvs[at];
    assertEquals(kv?.key.text(), `bench/r/${String(at).padStart(4, "0")}`);
    assertEquals(kv?.version, BigInt(at + 1));
    assertEquals(kv?.value.length, 256);
  }
  // It takes a second or so, of which no turn has more than some 20 ms.
  assert(turns >= 5, `${turns} turns`);
  await made.pool.close();
});

Deno.test("Kv.range() of a namespace takes the prefix off in turns, too", async () => {
  const prefix = new TextEncoder().encode("bench/");
  const wire = methods.kv.range.decode(rangeReply(KEYS));
  const mapping = responseInTimeSlices("KV.Range", wire, {
    prefix,
    signal: undefined,
  });
  assert(mapping instanceof Promise, "it was done at once");
  const { kvs, count, header } = await mapping;
  assertEquals([kvs.length, count, header], [KEYS, wire.count, wire.header]);
  const last = wire.kvs.at(-1);
  assertEquals(kvs.at(-1), { ...last, key: last?.key.subarray(6) });
});

Deno.test("Kv.range() that is aborted while it reads very many keys stops", async () => {
  const made = connected("grpc1.23");
  const abort = new AbortController();
  const reading = made.kv.range(all(), { signal: abort.signal });
  (await running(made)).reply(rangeReply(KEYS));
  const timer = setTimeout(() => abort.abort("enough"), 0);
  const reason = await reading.then(() => undefined, (error) => error);
  assertStrictEquals(reason, "enough");
  clearTimeout(timer);
  await made.pool.close();
});

Deno.test("Kv.range() refuses a large reply that is cut off or none", async () => {
  for (
    const spoil of [
      (reply: Uint8Array) => reply.subarray(0, -1),
      (reply: Uint8Array) => new Uint8Array(reply.length).fill(0xff),
      (reply: Uint8Array) => new Uint8Array(reply.length),
    ]
  ) {
    const made = connected("grpc1.23");
    const reading = made.kv.range(all());
    (await running(made)).reply(spoil(rangeReply(10_000)));
    const error = await assertRejects(() => reading, EtcdError);
    assertStrictEquals(error.code, "protocol");
    await made.pool.close();
  }
});

Deno.test("decodeInSteps() gives what decode() does, for messages of any kind", async () => {
  const { range, put } = methods.kv;
  for (const bytes of [rangeReply(0), rangeReply(1), rangeReply(5_000)]) {
    const reply = await inTimeSlices(range.decodeInSteps(bytes), undefined);
    assertEquals(reply, range.decode(bytes));
  }
  // The header is in one part, a list of strings in several.
  const { steps, reply } = run(methods.maintenance.status.decodeInSteps(
    status(300_000),
  ));
  assertEquals(reply, methods.maintenance.status.decode(status(300_000)));
  assert(steps > 5);
  const empty = new Uint8Array();
  assertEquals(run(put.decodeInSteps(empty)).reply, put.decode(empty));
  assertThrows(() => run(put.decodeInSteps(Uint8Array.of(0x0a, 5, 1))));
});

function run<T>(
  generator: Generator<undefined, T>,
): { readonly steps: number; readonly reply: T } {
  for (let steps = 0;; steps++) {
    const { done, value } = generator.next();
    if (done) return { steps, reply: value };
  }
}

/** A status with so many errors, a scalar before them and one behind. */
function status(errors: number): Uint8Array {
  const bytes = new Uint8Array(2 + errors * 7 + 2);
  bytes.set([0x18, 5]);
  for (let at = 0; at < errors; at++) {
    bytes.set([0x42, 5, 104, 101, 108, 108, 111], 2 + at * 7);
  }
  bytes.set([0x18, 7], bytes.length - 2);
  return bytes;
}
