import { rangeResult } from "../../api/kv/_codec.ts";
import type { RangeResponse } from "../../proto/gen/messages.ts";
import { toBigInt } from "../../proto/int64.ts";
import { methods } from "../../proto/methods.ts";
import { esDecodeRange, esTxn } from "./_protobuf_es.ts";
import { rangeReply, sameBytes } from "./_range_reply.ts";

/** One piece of work of the codec, by two codecs in turn. */
export interface CodecMeasured {
  readonly title: string;
  readonly bytes: number;
  /** Of each round. */
  readonly oursMicros: readonly number[];
  readonly protobufEsMicros: readonly number[];
}

const KEYS = 1_000;
const OPERATIONS = 64;
const ROUNDS = 15;
const TIMES_PER_ROUND = 200;

const encoder = new TextEncoder();

/**
 * Decodes a range and encodes a txn with our codec and with protobuf-es, in
 * turns. The integers are read as `bigint`, which is when ours makes them.
 */
export function measureCodec(): readonly CodecMeasured[] {
  const reply = rangeReply(KEYS);
  const puts = Array.from({ length: OPERATIONS }, (_, at) => ({
    key: encoder.encode(`bench/k${at}`),
    value: encoder.encode("v".repeat(256)),
  }));
  const txn = { success: puts.map((requestPut) => ({ requestPut })) };
  const encode = methods.kv.txn.encode;
  const esEncode = esTxn(puts);
  const encoded = encode(txn);
  // Two codecs that do not the same work cannot be compared.
  if (!sameBytes(encoded, esEncode())) {
    throw new Error("Cannot compare: the codecs encode different bytes");
  }
  if (ourSum(reply) !== esSum(reply)) {
    throw new Error("Cannot compare: the codecs decode different values");
  }
  return [
    {
      title: `decode a range of ${KEYS} keys`,
      bytes: reply.length,
      ...inTurns(() => ourSum(reply), () => esSum(reply)),
    },
    {
      title: "the same as the client gives it, each key and value a copy",
      bytes: reply.length,
      ...inTurns(
        () => rangeResult(methods.kv.range.decode(reply)),
        () => esSum(reply),
      ),
    },
    {
      title: `encode a txn of ${OPERATIONS} puts`,
      bytes: encoded.length,
      ...inTurns(() => encode(txn), esEncode),
    },
  ];
}

function ourSum(bytes: Uint8Array): bigint {
  const { kvs }: RangeResponse = methods.kv.range.decode(bytes);
  let sum = 0n;
  for (const { createRevision, modRevision, version, lease } of kvs) {
    sum += toBigInt(createRevision) + toBigInt(modRevision) +
      toBigInt(version) + toBigInt(lease);
  }
  return sum;
}

function esSum(bytes: Uint8Array): bigint {
  let sum = 0n;
  const { kvs } = esDecodeRange(bytes);
  for (const { createRevision, modRevision, version, lease } of kvs) {
    sum += createRevision + modRevision + version + lease;
  }
  return sum;
}

function inTurns(
  ours: () => unknown,
  theirs: () => unknown,
): Pick<CodecMeasured, "oursMicros" | "protobufEsMicros"> {
  const oursMicros: number[] = [];
  const protobufEsMicros: number[] = [];
  // The first round is for the compiler.
  for (let round = 0; round <= ROUNDS; round++) {
    const own = timeMicros(ours);
    const other = timeMicros(theirs);
    if (round === 0) continue;
    oursMicros.push(own);
    protobufEsMicros.push(other);
  }
  return { oursMicros, protobufEsMicros };
}

function timeMicros(work: () => unknown): number {
  const startedAt = performance.now();
  for (let time = 0; time < TIMES_PER_ROUND; time++) work();
  return (performance.now() - startedAt) * 1_000 / TIMES_PER_ROUND;
}
