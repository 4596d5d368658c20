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
  /** How often it has changed since it was created, from 1. */
  readonly version: bigint;
  /** The lease it is attached to, 0 for none. */
  readonly lease: bigint;
}

/** What a member says of itself and the store with each answer. */
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

// What is kept of a range keeps no more than this with it, but for the value
// itself; a buffer for each key and value takes three times as long to read.
const BLOCK_BYTES = 8 * 1024;
// A few milliseconds.
const STEP_KEYS = 2_000;
const ZERO: Int64 = { low: 0, high: 0 };

// A constructor, as there may be a million of them.
class Kv implements KeyValue {
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
makeJsonable(Kv);

/** A key and value of our own, copied out of the frame they came in. */
export function toKeyValue(wire: WireKeyValue): KeyValue {
  return new Kv(wire, copyBytes);
}

/** The same for many, whose bytes lie together in blocks. */
export function toKeyValues(wires: readonly WireKeyValue[]): KeyValue[] {
  const result: KeyValue[] = [];
  let block = new ByteBlock(0);
  const copy = (source: Uint8Array) => block.copy(source);
  for (const wire of wires) {
    if (block.free < sizeOf(wire)) {
      block = new ByteBlock(blockSize(wires, result.length));
    }
    result.push(new Kv(wire, copy));
  }
  return result;
}

/** The same with pauses, for very many. */
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

/** A header of our own; one that is missing is all zero. */
export function toHeader(wire: WireHeader | null | undefined): ResponseHeader {
  return jsonable({
    clusterId: toUnsignedBigInt(wire?.clusterId ?? ZERO),
    memberId: toUnsignedBigInt(wire?.memberId ?? ZERO),
    revision: toBigInt(wire?.revision ?? ZERO),
    raftTerm: toUnsignedBigInt(wire?.raftTerm ?? ZERO),
  });
}

/** The size of a block for those from one on: it fits one of any size. */
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
