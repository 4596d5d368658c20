import type {
  KeyValue as WireKeyValue,
  ResponseHeader as WireHeader,
} from "../../proto/gen/messages.ts";
import { toBigInt, toUnsignedBigInt, ZERO } from "../../proto/int64.ts";
import { BlockPool, type ByteBlock, type Bytes, copyBytes } from "./bytes.ts";
import { makeJsonable } from "./_json.ts";

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

// The blocks of keys that come with others, in one answer or in many.
const pool = new BlockPool();
const OWN_BUFFERS = { copy: copyBytes };
// So many keys take a few milliseconds.
const STEP_KEYS = 2_000;
const NO_HEADER: WireHeader = {
  clusterId: ZERO,
  memberId: ZERO,
  revision: ZERO,
  raftTerm: ZERO,
};

// A class, as there may be a million of them.
class CopiedKeyValue implements KeyValue {
  declare readonly key: Bytes;
  declare readonly value: Bytes;
  declare readonly createRevision: bigint;
  declare readonly modRevision: bigint;
  declare readonly version: bigint;
  declare readonly lease: bigint;

  constructor(wire: WireKeyValue, room: Pick<ByteBlock, "copy">) {
    this.key = room.copy(wire.key);
    this.value = room.copy(wire.value);
    this.createRevision = toBigInt(wire.createRevision);
    this.modRevision = toBigInt(wire.modRevision);
    this.version = toBigInt(wire.version);
    this.lease = toBigInt(wire.lease);
  }
}
makeJsonable(CopiedKeyValue);

// One comes with each answer, and with each message of a watch.
class CopiedHeader implements ResponseHeader {
  declare readonly clusterId: bigint;
  declare readonly memberId: bigint;
  declare readonly revision: bigint;
  declare readonly raftTerm: bigint;

  constructor(wire: WireHeader) {
    this.clusterId = toUnsignedBigInt(wire.clusterId);
    this.memberId = toUnsignedBigInt(wire.memberId);
    this.revision = toBigInt(wire.revision);
    this.raftTerm = toUnsignedBigInt(wire.raftTerm);
  }
}
makeJsonable(CopiedHeader);

/** Copies a key and value out of the frame they came in. */
export function toKeyValue(wire: WireKeyValue): KeyValue {
  return new CopiedKeyValue(wire, OWN_BUFFERS);
}

/** Copies one of many keys and values, whose bytes lie together in blocks. */
export function toOneOfMany(wire: WireKeyValue): KeyValue {
  const bytes = wire.key.length + wire.value.length;
  return new CopiedKeyValue(wire, pool.roomFor(bytes));
}

/** Copies many keys and values. */
export function toKeyValues(wires: readonly WireKeyValue[]): KeyValue[] {
  return wires.map(toOneOfMany);
}

/** Copies very many keys and values, with pauses. */
export function* toKeyValuesInSteps(
  wires: readonly WireKeyValue[],
): Generator<undefined, KeyValue[]> {
  const result: KeyValue[] = [];
  for (const wire of wires) {
    if (result.length % STEP_KEYS === 0 && result.length > 0) yield;
    result.push(toOneOfMany(wire));
  }
  return result;
}

/** Copies a header; one that is missing is all zero. */
export function toHeader(wire: WireHeader | null | undefined): ResponseHeader {
  return new CopiedHeader(wire ?? NO_HEADER);
}
