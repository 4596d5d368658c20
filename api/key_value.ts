import type {
  KeyValue as WireKeyValue,
  ResponseHeader as WireHeader,
} from "../proto/gen/messages.ts";
import { type Int64, toBigInt, toUnsignedBigInt } from "../proto/int64.ts";
import { ByteBlock, type Bytes, copyBytes } from "./bytes.ts";

/** A key with its value, as it was at one revision. */
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
const ZERO: Int64 = { low: 0, high: 0 };

/** A key and value of our own, copied out of the frame they came in. */
export function toKeyValue(wire: WireKeyValue): KeyValue {
  return fromWire(wire, copyBytes);
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
    result.push(fromWire(wire, copy));
  }
  return result;
}

/** A header of our own; one that is missing is all zero. */
export function toHeader(wire: WireHeader | null | undefined): ResponseHeader {
  return {
    clusterId: toUnsignedBigInt(wire?.clusterId ?? ZERO),
    memberId: toUnsignedBigInt(wire?.memberId ?? ZERO),
    revision: toBigInt(wire?.revision ?? ZERO),
    raftTerm: toUnsignedBigInt(wire?.raftTerm ?? ZERO),
  };
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

function fromWire(
  wire: WireKeyValue,
  copy: (source: Uint8Array) => Bytes,
): KeyValue {
  return {
    key: copy(wire.key),
    value: copy(wire.value),
    createRevision: toBigInt(wire.createRevision),
    modRevision: toBigInt(wire.modRevision),
    version: toBigInt(wire.version),
    lease: toBigInt(wire.lease),
  };
}
