import type {
  DeleteRangeRequestInit,
  DeleteRangeResponse,
  PutRequestInit,
  PutResponse,
  RangeRequestInit,
  RangeResponse,
} from "../../proto/gen/messages.ts";
import {
  SortOrder,
  SortTarget as WireTarget,
} from "../../proto/gen/messages.ts";
import { fromBigInt, type Int64, toBigInt } from "../../proto/int64.ts";
import {
  checkCount,
  checkInt64,
  checkLease,
  checkOneOf,
  leaseIdOf,
} from "../checks/mod.ts";
import {
  bounds,
  jsonable,
  type Key,
  keyBytes,
  type KeyRange,
  type KeyValue,
  toBytes,
  toHeader,
  toKeyValue,
  toKeyValues,
  type Value,
} from "../values/mod.ts";
import type {
  DeleteOptions,
  DeleteResult,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
} from "./types.ts";

const SORT_TARGET = {
  key: WireTarget.KEY,
  version: WireTarget.VERSION,
  create: WireTarget.CREATE,
  mod: WireTarget.MOD,
  value: WireTarget.VALUE,
} as const;

const SORT_TARGETS = [
  "key",
  "version",
  "create",
  "mod",
  "value",
] as const satisfies (keyof typeof SORT_TARGET)[];

const UNSORTED = {};

/** The request of a range read. */
export function rangeRequest(
  keyOrRange: Key | KeyRange,
  options: RangeOptions,
): RangeRequestInit {
  const { key, rangeEnd } = bounds(keyOrRange);
  return {
    key,
    rangeEnd,
    limit: options.limit === undefined
      ? undefined
      : fromBigInt(BigInt(checkCount("limit", options.limit))),
    revision: int64("revision", options.revision),
    ...sorting(options),
    serializable: options.serializable,
    keysOnly: options.keysOnly,
    countOnly: options.countOnly,
    minModRevision: int64("minModRevision", options.minModRevision),
    maxModRevision: int64("maxModRevision", options.maxModRevision),
    minCreateRevision: int64("minCreateRevision", options.minCreateRevision),
    maxCreateRevision: int64("maxCreateRevision", options.maxCreateRevision),
  };
}

/** The result of a range read. */
export function rangeResult(
  wire: RangeResponse,
  kvs: readonly KeyValue[] = toKeyValues(wire.kvs),
): RangeResult {
  return jsonable({
    header: toHeader(wire.header),
    kvs,
    more: wire.more,
    count: toBigInt(wire.count),
  });
}

/** The request of a put. */
export function putRequest(
  key: Key,
  value: Value,
  options: PutOptions,
): PutRequestInit {
  return {
    key: keyBytes("key", key),
    value: toBytes("value", value),
    lease: options.lease === undefined
      ? undefined
      : fromBigInt(checkLease("lease", leaseIdOf(options.lease))),
    prevKv: options.prevKv,
    ignoreValue: options.ignoreValue,
    ignoreLease: options.ignoreLease,
  };
}

/** The result of a put. */
export function putResult(wire: PutResponse): PutResult {
  return {
    header: toHeader(wire.header),
    prevKv: wire.prevKv ? toKeyValue(wire.prevKv) : undefined,
  };
}

/** The request of a delete. */
export function deleteRequest(
  keyOrRange: Key | KeyRange,
  options: DeleteOptions,
): DeleteRangeRequestInit {
  return { ...bounds(keyOrRange), prevKv: options.prevKv };
}

/** The result of a delete. */
export function deleteResult(
  wire: DeleteRangeResponse,
  prevKvs: readonly KeyValue[] = toKeyValues(wire.prevKvs),
): DeleteResult {
  return jsonable({
    header: toHeader(wire.header),
    deleted: toBigInt(wire.deleted),
    prevKvs,
  });
}

function int64(option: string, value: bigint | undefined): Int64 | undefined {
  return value === undefined
    ? undefined
    : fromBigInt(checkInt64(option, value));
}

// etcd sorts by ascending keys anyway. The client does not ask for that, as any
// sort order makes etcd read the whole range before the limit applies. A target
// never goes without an order: a stream of etcd 3.7 would leave keys out.
function sorting(
  { sortBy = "key", order = "ascend" }: RangeOptions,
): Pick<RangeRequestInit, "sortOrder" | "sortTarget"> {
  if (sortBy === "key" && order === "ascend") return UNSORTED;
  const target = checkOneOf("sortBy", sortBy, { words: SORT_TARGETS });
  const way = checkOneOf("order", order, { words: ["ascend", "descend"] });
  return {
    sortTarget: SORT_TARGET[target],
    sortOrder: way === "ascend" ? SortOrder.ASCEND : SortOrder.DESCEND,
  };
}
