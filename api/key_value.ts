import type {
  KeyValue as WireKeyValue,
  ResponseHeader as WireHeader,
} from "../proto/gen/messages.ts";
import { type Int64, toBigInt, toUnsignedBigInt } from "../proto/int64.ts";
import { type Bytes, copyBytes } from "./bytes.ts";

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

const ZERO: Int64 = { low: 0, high: 0 };

/** A key and value of our own, copied out of the frame they came in. */
export function toKeyValue(wire: WireKeyValue): KeyValue {
  return {
    key: copyBytes(wire.key),
    value: copyBytes(wire.value),
    createRevision: toBigInt(wire.createRevision),
    modRevision: toBigInt(wire.modRevision),
    version: toBigInt(wire.version),
    lease: toBigInt(wire.lease),
  };
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
