import {
  jsonable,
  type Key,
  type KeyRange,
  own,
  type Value,
} from "../values/mod.ts";
import {
  DELETE_OPTIONS,
  PUT_OPTIONS,
  RANGE_OPTIONS,
  READ_OPTIONS,
} from "./_options.ts";
import { leaseIdOf, type LeaseRef, Signature } from "../checks/mod.ts";
import type {
  DeleteOptions,
  PutOptions,
  RangeOptions,
  ReadOptions,
} from "./types.ts";
import type {
  Comparison,
  DeleteOperation,
  GetOperation,
  Operation,
  PutOperation,
  RangeOperation,
  Relation,
  Txn,
  TxnOperation,
} from "./txn_types.ts";

/** Makes the conditions of a transaction. In a range, every key must fulfil it. */
export interface CompareBuilder {
  /** The number of changes to the key; 0 if it does not exist. */
  version(key: Key | KeyRange, is: Relation, value: bigint): Comparison;
  /** The revision that created the key; 0 if it does not exist. */
  createRevision(key: Key | KeyRange, is: Relation, value: bigint): Comparison;
  /** The revision that last changed the key; 0 if it does not exist. */
  modRevision(key: Key | KeyRange, is: Relation, value: bigint): Comparison;
  /** The value; a key that does not exist fulfils no such condition. */
  value(key: Key | KeyRange, is: Relation, value: Value): Comparison;
  /** The lease the key is attached to, or its id; 0 for none. */
  lease(key: Key | KeyRange, is: Relation, value: LeaseRef): Comparison;
}

/** Makes the operations of a transaction. */
export interface OperationBuilder {
  /** Reads one key. */
  get(key: Key, options?: ReadOptions): GetOperation;
  /** Reads a range. */
  range(key: Key | KeyRange, options?: RangeOptions): RangeOperation;
  /** Writes one key. */
  put(key: Key, value: Value, options?: PutOptions): PutOperation;
  /** Deletes a key or a range. */
  delete(key: Key | KeyRange, options?: DeleteOptions): DeleteOperation;
  /** Runs a transaction within the transaction. */
  txn<
    const Then extends readonly Operation[] = [],
    const Else extends readonly Operation[] = [],
  >(txn: Txn<Then, Else>): TxnOperation<Then, Else>;
}

/**
 * Makes the conditions of a transaction. You may use the bytes that you give it
 * again, as it keeps a copy.
 *
 * ```ts
 * import { compare } from "@etcdeno/client";
 *
 * const isNew = compare.version("jobs/1", "=", 0n);
 * console.log(isNew.target);
 * ```
 */
export const compare: CompareBuilder = {
  version: comparing("version"),
  createRevision: comparing("create"),
  modRevision: comparing("mod"),
  value: comparing("value"),
  lease: comparing("lease"),
};

function comparing(target: Comparison["target"]) {
  return (
    key: Key | KeyRange,
    relation: Relation,
    value: LeaseRef | Value,
  ): Comparison =>
    jsonable({
      target,
      key: own(key),
      relation,
      value: own(leaseIdOf<Value>(value)),
    });
}

const GET = new Signature("op.get", READ_OPTIONS);
const RANGE = new Signature("op.range", RANGE_OPTIONS);
const PUT = new Signature("op.put", PUT_OPTIONS);
const DELETE = new Signature("op.delete", DELETE_OPTIONS);

/**
 * Makes the operations of a transaction. You may use the bytes that you give it
 * again, as it keeps a copy.
 *
 * ```ts
 * import { op } from "@etcdeno/client";
 *
 * const claim = op.put("jobs/1", "mine");
 * console.log(claim.kind);
 * ```
 */
export const op: OperationBuilder = {
  get: (key, options) => ({
    kind: "get",
    key: own(key),
    options: GET.copy(options),
  }),
  range: (key, options) => ({
    kind: "range",
    key: own(key),
    options: RANGE.copy(options),
  }),
  put: (key, value, options?: PutOptions) => ({
    kind: "put",
    key: own(key),
    value: own(value),
    options: ownLease(PUT.copy(options)),
  }),
  delete: (key, options) => ({
    kind: "delete",
    key: own(key),
    options: DELETE.copy(options),
  }),
  txn: (txn) => ({ kind: "txn", txn: ownLists(txn) }),
};

/** Options with the id of the lease instead of the lease. */
function ownLease(options: PutOptions | undefined): PutOptions {
  const lease = options?.lease;
  return { ...options, ...lease !== undefined && { lease: leaseIdOf(lease) } };
}

/** A copy of a transaction and its lists; any other value as it is. */
function ownLists<T>(txn: T): T {
  if (typeof txn !== "object" || txn === null) return txn;
  const fields = Object.entries(txn).map(([name, list]) =>
    [name, Array.isArray(list) ? [...list] : list] as const
  );
  return Object.fromEntries(fields) as T;
}
