import type {
  KeyValue as WireKeyValue,
  ResponseHeader as WireHeader,
} from "../../proto/gen/messages.ts";
import { type Int64, toBigInt, toUnsignedBigInt } from "../../proto/int64.ts";
import { ByteBlock, type Bytes, copyBytes } from "./bytes.ts";
import { jsonable, makeJsonable } from "./_json.ts";

/**
 * A key with its value, as it was at one revision.
 *
 * `JSON.stringify` writes 64-bit numbers as strings of decimal digits, here
 * and in all results, and bytes as {@linkcode Bytes.toJSON} says. A copy made
 * with `...` has lost that.
 */
export interface KeyValue {
  /** The key. */
  readonly key: Bytes;
  /** The value; empty where only keys were asked for. */
  readonly value: Bytes;
  /** The revision that created the key. */
  readonly createRevision: bigint;
  /** The revision that last changed it. */
  readonly modRevision: bigint;
  /** The number of changes since the key was created, from 1. */
  readonly version: bigint;
  /** The lease it is attached to, 0 for none. */
  readonly lease: bigint;
}

/** The header of each answer: the member, the cluster, the store's revision. */
export interface ResponseHeader {
  /** The cluster that answered. */
  readonly clusterId: bigint;
  /** The member that answered. */
  readonly memberId: bigint;
  /** The store's revision when the request was applied. */
  readonly revision: bigint;
  /** The raft term at that time. */
  readonly raftTerm: bigint;
}

// A key that is kept keeps a block of this size in memory with it. A buffer for
// each key and value would take three times as long to read.
const BLOCK_BYTES = 8 * 1024;
// So many keys take a few milliseconds.
const STEP_KEYS = 2_000;
const ZERO: Int64 = { low: 0, high: 0 };

// A class, as there may be a million of them.
class CopiedKeyValue implements KeyValue {
  declare readonly key: Bytes;
  declare readonly value: Bytes;
  declare readonly createRevision: bigint;
  declare readonly modRevision: bigint;
  declare readonly version: bigint;
  declare readonly lease: bigint;

  constructor(wire: WireKeyValue, copy: (source: Uint8Array) => Bytes) {
    this.key = copy(wire.key);
    this.value = copy(wire.value);
    this.createRevision = toBigInt(wire.createRevision);
    this.modRevision = toBigInt(wire.modRevision);
    this.version = toBigInt(wire.version);
    this.lease = toBigInt(wire.lease);
  }
}
makeJsonable(CopiedKeyValue);

/** Copies a key and value out of the frame they came in. */
export function toKeyValue(wire: WireKeyValue): KeyValue {
  return new CopiedKeyValue(wire, copyBytes);
}

/** Copies many keys and values, whose bytes lie together in blocks. */
export function toKeyValues(wires: readonly WireKeyValue[]): KeyValue[] {
  const result: KeyValue[] = [];
  let block = new ByteBlock(0);
  const copy = (source: Uint8Array) => block.copy(source);
  for (const wire of wires) {
    if (block.free < sizeOf(wire)) {
      block = new ByteBlock(blockSize(wires, result.length));
    }
    result.push(new CopiedKeyValue(wire, copy));
  }
  return result;
}

/** Copies very many keys and values, with pauses. */
export function* toKeyValuesInSteps(
  wires: readonly WireKeyValue[],
): Generator<undefined, KeyValue[]> {
  const result: KeyValue[] = [];
  for (let at = 0; at < wires.length; at += STEP_KEYS) {
    if (at > 0) yield;
    for (const kv of toKeyValues(wires.slice(at, at + STEP_KEYS))) {
      result.push(kv);
    }
  }
  return result;
}

/** Copies a header; one that is missing is all zero. */
export function toHeader(wire: WireHeader | null | undefined): ResponseHeader {
  return jsonable({
    clusterId: toUnsignedBigInt(wire?.clusterId ?? ZERO),
    memberId: toUnsignedBigInt(wire?.memberId ?? ZERO),
    revision: toBigInt(wire?.revision ?? ZERO),
    raftTerm: toUnsignedBigInt(wire?.raftTerm ?? ZERO),
  });
}

/** The size of the block for the next keys: one key of any size fits in. */
function blockSize(wires: readonly WireKeyValue[], from: number): number {
  let bytes = 0;
  for (let at = from; at < wires.length; at++) {
    const wire = wires[at];
    const more = wire === undefined ? 0 : sizeOf(wire);
    if (bytes > 0 && bytes + more > BLOCK_BYTES) break;
    bytes += more;
  }
  return bytes;
}

function sizeOf({ key, value }: WireKeyValue): number {
  return key.length + value.length;
}
